-- Who works on tasks $2 of project $1 in step $3, or has answered there, in the order in which they began.
SELECT a.id, a.task_id, a.status, a.assigned_at, a.accepted_at, a.expires_at, a.submitted_at, a.time_spent_ms, a.metadata,
       u.id AS user_id, u.display_name, u.email, u.color
FROM assignments a
JOIN users u ON u.id = a.user_id
WHERE a.project_id = $1 AND a.step = $3 AND a.task_id = ANY($2) AND (a.ended_at IS NULL OR a.status = 'submitted')
ORDER BY a.fencing_token
