-- Waits until nobody else claims for person $2 in project $1 (together: the lock $3). What must be known before work is looked for: the project and the
-- person's role in it, the workflows whose steps tasks may be at (the active one, then older ones that still have tasks), and whether anything may be
-- kept for the person.
SELECT p.name, p.status, p.lease_seconds, m.role AS "role?",
       ARRAY(SELECT w.id FROM workflows w
             WHERE w.project_id = $1 AND (w.status = 'active' OR w.status = 'retired'
                 AND EXISTS (SELECT FROM tasks t WHERE t.workflow_id = w.id AND t.status NOT IN ('completed', 'cancelled')))
             ORDER BY w.status = 'active' DESC, w.activated_at DESC) AS "workflows!",
       EXISTS (SELECT FROM task_steps s WHERE s.project_id = $1 AND s.reserved_for = $2 AND s.free > 0) AS "is_anything_kept!"
FROM pg_advisory_xact_lock(hashtextextended($3, 0))
CROSS JOIN projects p
LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = $2
WHERE p.id = $1
