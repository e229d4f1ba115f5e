-- Tasks $2 of project $1 as they are in step $3; without a row of `task_steps` the step is not open for the task.
SELECT t.id, t.external_id, t.filename, t.status, t.priority, t.hold_reason,
       s.free AS "free?", s.needed AS "needed?", s.mode AS "mode?", s.opened_at AS "opened_at?", s.rests_until,
       u.id AS "kept_for_id?", u.display_name AS "kept_for_name?", u.email AS "kept_for_email?", u.color AS "kept_for_color?"
FROM tasks t
LEFT JOIN task_steps s ON s.project_id = t.project_id AND s.task_id = t.id AND s.step = $3
LEFT JOIN users u ON u.id = s.reserved_for AND (s.reserved_until IS NULL OR s.reserved_until > now())
WHERE t.project_id = $1 AND t.id = ANY($2)
