-- As before, with the version of the workflow that the task is on: a task is given out by its own version's rules.
CREATE OR REPLACE VIEW tandem.open_places WITH (security_invoker = true) AS
SELECT s.project_id, s.task_id, s.step, s.kind, s.round, s.priority, s.reserved_for, s.reserved_until, s.only_for, s.may_repeat, t.workflow_id
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
