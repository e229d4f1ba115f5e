-- What the rules of a step say about one task at it, kept with the queue, so that whoever looks there need not know the workflow.

-- Nobody but these: rework that several people did and must do again themselves.
ALTER TABLE task_steps ADD COLUMN only_for uuid[];
-- Whoever takes a slot over begins with nothing.
ALTER TABLE task_steps ADD COLUMN discards_drafts boolean NOT NULL DEFAULT false;
-- The documents of the slots, first to last, where they are not called as usual: after a draft was discarded.
ALTER TABLE task_steps ADD COLUMN scopes text[] COLLATE "C";
-- Who skips the task leaves it to an admin.
ALTER TABLE task_steps ADD COLUMN skipped_to_admin boolean NOT NULL DEFAULT false;
-- Labelers see what the task shows once they have accepted it.
ALTER TABLE task_steps ADD COLUMN content_after_accepting boolean NOT NULL DEFAULT false;
