-- What those who steer a project write down about one of its tasks, for one another. Kept for good: nobody changes or deletes what was said.
CREATE TABLE task_notes (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    author_id    uuid NOT NULL REFERENCES users (id),
    text         text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 4000),
    created_at   timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id)
);
CREATE INDEX task_notes_of_task ON task_notes (task_id, id DESC);
SELECT tandem.protect_by_workspace('task_notes');
GRANT SELECT, INSERT ON task_notes TO tandem_server;
