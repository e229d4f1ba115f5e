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

-- Whether what a task shows is kept from a labeler: it is under way on a workflow, a step of it says so, and they never accepted it. Between two steps
-- people work on (it has not begun, it is held, a program runs) the workflow as a whole is asked.
CREATE FUNCTION tandem.is_withheld(project uuid, task uuid, workflow uuid, status text, labeler uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT workflow IS NOT NULL
       AND status NOT IN ('completed', 'rejected', 'skipped', 'cancelled')
       AND NOT EXISTS (SELECT FROM public.assignments a WHERE a.task_id = task AND a.user_id = labeler AND a.accepted_at IS NOT NULL)
       AND CASE WHEN EXISTS (SELECT FROM public.task_steps s WHERE s.project_id = project AND s.task_id = task)
                THEN EXISTS (SELECT FROM public.task_steps s WHERE s.project_id = project AND s.task_id = task AND s.content_after_accepting)
                ELSE NOT EXISTS (SELECT FROM public.workflows w
                                 WHERE w.id = workflow AND jsonb_path_exists(w.form::jsonb, '$.**.content_after_accepting ? (@ == false)'))
           END
$$;
GRANT EXECUTE ON FUNCTION tandem.is_withheld(uuid, uuid, uuid, text, uuid) TO tandem_server;
