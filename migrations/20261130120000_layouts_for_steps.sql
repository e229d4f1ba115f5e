-- A layout may be for one step of the workflow, or for one kind of work, beside the one for all other work, which `layouts.status` says as before: who decides
-- between answers sees other things than who gives them. Programs of before this know nothing of it, and nothing of theirs changes.

CREATE TABLE layout_uses (
    project_id   uuid NOT NULL,
    -- The step's id, the kind of work; empty: any, but not both.
    step         text COLLATE "C" NOT NULL CHECK (char_length(step) <= 100),
    kind         text NOT NULL CHECK (kind IN ('', 'annotation', 'review', 'adjudication')),
    workspace_id uuid NOT NULL,
    layout_id    uuid NOT NULL,
    PRIMARY KEY (project_id, step, kind),
    FOREIGN KEY (project_id, layout_id) REFERENCES layouts (project_id, id),
    CHECK (step <> '' OR kind <> '')
);
SELECT tandem.protect_by_workspace('layout_uses');
GRANT SELECT, INSERT, UPDATE, DELETE ON layout_uses TO tandem_server;

-- What a lease is worked on with, where that is not the task's own: that of the first lease of the same step and kind. No foreign key, as for tasks.
ALTER TABLE assignments ADD COLUMN layout_id uuid;
