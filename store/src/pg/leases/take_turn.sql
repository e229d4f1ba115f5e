-- Waits until nobody else claims for person $2 in project $1 (together: the lock $3). Whether a task may be kept for them.
SELECT EXISTS (SELECT FROM task_steps s WHERE s.project_id = $1 AND s.reserved_for = $2 AND s.free > 0) AS "kept!"
FROM pg_advisory_xact_lock(hashtextextended($3, 0))
