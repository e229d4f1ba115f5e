-- Tasks $2 of project $1 with image and lease, and whether they are withheld from labeler $3 (null: whoever looks is none).
SELECT t.id, t.project_id, t.batch_id, t.external_id, t.step, t.status, t.priority, t.input, t.region_count,
       t.created_at, t.updated_at, t.completed_at,
       a.id AS asset_id, a.filename, a.object_key, a.status AS asset_status, a.reason, a.content_type, a.size,
       a.width, a.height, a.orientation, a.created_at AS asset_created_at,
       l.id AS "lease_id?", l.user_id AS "lease_user?", u.display_name AS "lease_user_name?",
       l.status AS "lease_status?", l.expires_at AS "lease_expires_at?",
       $3::uuid IS NOT NULL AND tandem.is_withheld(t.project_id, t.id, t.workflow_id, t.status, $3) AS "is_withheld!"
FROM tasks t
-- Looked up for each task, whatever the plan was made over: it must not read all images of a project for one of them.
CROSS JOIN LATERAL (SELECT * FROM assets a WHERE a.project_id = t.project_id AND a.id = t.asset_id OFFSET 0) a
-- Of several, the oldest. A lease that ran out counts until the timer has ended it.
LEFT JOIN LATERAL (
    SELECT a.* FROM assignments a WHERE a.task_id = t.id AND a.ended_at IS NULL ORDER BY a.fencing_token LIMIT 1
) l ON true
LEFT JOIN users u ON u.id = l.user_id
WHERE t.project_id = $1 AND t.id = ANY($2)
ORDER BY t.id
