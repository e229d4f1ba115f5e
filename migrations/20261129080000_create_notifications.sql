-- What somebody is told of although they are elsewhere: a comment that names them, an answer to one of theirs. The comment itself is in the task's
-- document; what is here leads there.
CREATE TABLE notifications (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    -- Who is told.
    user_id      uuid NOT NULL,
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('mention', 'answer')),
    -- Who wrote it.
    from_user    uuid NOT NULL REFERENCES users (id),
    -- Names within the document.
    thread       text NOT NULL CHECK (char_length(thread) BETWEEN 1 AND 64),
    comment      text NOT NULL CHECK (char_length(comment) BETWEEN 1 AND 64),
    excerpt      text NOT NULL CHECK (char_length(excerpt) BETWEEN 1 AND 280),
    created_at   timestamptz NOT NULL DEFAULT now(),
    read_at      timestamptz,
    -- Said again, by a client that heard no answer, it is told once.
    UNIQUE (user_id, task_id, thread, comment),
    FOREIGN KEY (workspace_id, user_id) REFERENCES members (workspace_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id)
);
CREATE INDEX notifications_of_user ON notifications (user_id, id DESC);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;
SELECT tandem.protect_by_workspace('notifications');
GRANT SELECT, INSERT, UPDATE (read_at), DELETE ON notifications TO tandem_server;
