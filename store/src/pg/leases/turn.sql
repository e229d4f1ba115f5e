-- Waits until nobody else claims for person $2 in project $1 (together: the lock $3). What must be known before work is looked for: the project and the
-- person's role in it, the workflow that tasks begin on, whether there are older versions that tasks may still be on, and whether anything may be kept
-- for the person.
SELECT p.name, p.status, p.lease_seconds, m.role AS "role?", w.id AS "workflow?",
       EXISTS (SELECT FROM workflows o WHERE o.project_id = $1 AND o.status = 'retired') AS "has_older_versions!",
       EXISTS (SELECT FROM task_steps s WHERE s.project_id = $1 AND s.reserved_for = $2 AND s.free > 0) AS "is_anything_kept!"
FROM pg_advisory_xact_lock(hashtextextended($3, 0))
CROSS JOIN projects p
LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = $2
LEFT JOIN workflows w ON w.project_id = p.id AND w.status = 'active'
WHERE p.id = $1
