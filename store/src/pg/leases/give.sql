-- Lease $1 for person $6 on the first free slot of the open step $5 of task $4, for $7 seconds unless the step says otherwise. The task's
-- status follows. Where several people answer without seeing one another, each slot has a document of its own.
WITH given AS (
    INSERT INTO assignments (id, workspace_id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, method, metadata,
                             lease_seconds, expires_at)
    SELECT $1, $2, $3, $4, s.step, free.slot, s.round,
           coalesce(s.scope, s.scopes[free.slot + 1], CASE WHEN s.needed > 1 THEN s.step || '#' || free.slot ELSE s.step END),
           s.kind, $6, $8, $9, lasts.seconds, now() + make_interval(secs => lasts.seconds)
    FROM task_steps s
    CROSS JOIN LATERAL (SELECT coalesce(s.lease_seconds, $7::double precision::integer) AS seconds) lasts
    CROSS JOIN LATERAL (
        SELECT place.n::smallint AS slot FROM generate_series(0, s.needed - 1) place (n)
        WHERE NOT EXISTS (SELECT FROM assignments a
                          WHERE a.task_id = s.task_id AND a.step = s.step AND a.round = s.round AND a.slot = place.n
                            AND a.status IN ('assigned', 'accepted', 'submitted'))
        ORDER BY place.n LIMIT 1
    ) free
    WHERE s.project_id = $3 AND s.task_id = $4 AND s.step = $5
    RETURNING *
), told AS (
    UPDATE tasks t
    SET status = CASE WHEN t.status = 'pending' THEN 'assigned' ELSE t.status END, assigned_at = now(),
        attempt_count = t.attempt_count + 1, updated_at = now()
    FROM given WHERE t.project_id = $3 AND t.id = $4
)
SELECT id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
       assigned_at, accepted_at, expires_at, ended_at
FROM given
