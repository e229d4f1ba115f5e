-- A layout may be for one step of the workflow, or for one kind of work, beside the one for all other work: who decides between answers sees other things
-- than who gives them.
ALTER TABLE layouts
    -- While it is active, and what it was last: the step's id, the kind of work. Null: any.
    ADD COLUMN step text COLLATE "C" CHECK (char_length(step) BETWEEN 1 AND 100),
    ADD COLUMN kind text CHECK (kind IN ('annotation', 'review', 'adjudication'));
DROP INDEX layouts_one_active;
CREATE UNIQUE INDEX layouts_one_active ON layouts (project_id, coalesce(step, ''), coalesce(kind, '')) WHERE status = 'active';

-- What a lease is worked on with, where that is not the task's own: that of the first lease of the same step and kind. No foreign key, as for tasks.
ALTER TABLE assignments ADD COLUMN layout_id uuid;
