-- What becomes of task $2 of project $1 once a lease of step $4 has ended, counted as skipped $3 times (0 or 1).
UPDATE tasks t
SET skip_count = t.skip_count + $3, assigned_at = NULL, updated_at = now(),
    status = CASE WHEN t.status NOT IN ('assigned', 'in_progress') THEN t.status
                  WHEN $3 > 0 AND t.skip_count + $3 >= p.max_skips AND t.workflow_id IS NULL THEN 'skipped'
                  -- Free slots have been counted by now: whoever else holds or has answered the task keeps it under way.
                  WHEN EXISTS (SELECT FROM task_steps s WHERE s.project_id = $1 AND s.task_id = $2 AND s.free < s.needed) THEN 'in_progress'
                  ELSE 'pending' END
FROM projects p
WHERE t.project_id = $1 AND t.id = $2 AND p.id = t.project_id
RETURNING t.status, t.workflow_id, t.skip_count >= p.max_skips AS "is_skipped_enough!",
          EXISTS (SELECT FROM task_steps s WHERE s.project_id = $1 AND s.task_id = $2 AND s.step = $4 AND s.discards_drafts) AS "discards_drafts!"
