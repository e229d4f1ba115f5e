-- What giving out work asks again and again, said once and cheaply.

-- Whether what a task shows is kept from a labeler: as before (20261129010000_add_step_rules.sql), but planned once a connection. A function in SQL
-- is planned at every call, which took ten times as long as the answer, over all partitions of the queue.
CREATE OR REPLACE FUNCTION tandem.is_withheld(project uuid, task uuid, workflow uuid, status text, labeler uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF workflow IS NULL OR status IN ('completed', 'rejected', 'skipped', 'cancelled') THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM public.assignments a WHERE a.task_id = task AND a.user_id = labeler AND a.accepted_at IS NOT NULL) THEN
        RETURN false;
    END IF;
    RETURN coalesce(
        (SELECT bool_or(s.content_after_accepting) FROM public.task_steps s WHERE s.project_id = project AND s.task_id = task),
        -- Between two steps.
        NOT EXISTS (SELECT FROM public.workflows w
                    WHERE w.id = workflow AND jsonb_path_exists(w.form::jsonb, '$.**.content_after_accepting ? (@ == false)')));
END
$$;

-- Steps of tasks with a place for somebody, whoever that is: what find.sql and find_kept.sql choose from. Locking a row of it locks the step and its task.
CREATE VIEW tandem.open_places WITH (security_invoker = true) AS
SELECT s.project_id, s.task_id, s.step, s.kind, s.round, s.priority, s.reserved_for, s.reserved_until, s.only_for, s.may_repeat
FROM public.task_steps s
JOIN public.tasks t ON t.project_id = s.project_id AND t.id = s.task_id
WHERE s.free > 0
  -- An admin gives it to somebody.
  AND s.mode <> 'manual'
  AND (s.rests_until IS NULL OR s.rests_until <= now())
  -- A program of before the queue ends tasks without closing their steps.
  AND t.status NOT IN ('completed', 'cancelled', 'skipped', 'rejected')
  -- A paused project gives out no work.
  AND EXISTS (SELECT FROM public.projects p WHERE p.id = s.project_id AND p.status = 'active');
-- The update is what FOR UPDATE asks for.
GRANT SELECT, UPDATE ON tandem.open_places TO tandem_server;

-- OFFSET 0: whether a person is a member is looked up by key. Without it all members of the workspace are read first, for each statement that names one
-- person. What is seen has not changed.
ALTER POLICY tenant_sees_members ON users
    USING (EXISTS (SELECT FROM members m WHERE m.user_id = users.id AND m.workspace_id = (SELECT tandem.workspace_id()) OFFSET 0));
