-- Lease $1, kept with the reasons $9 and how the task waited, for person $6 on the first free slot of the open step $5 of task $4, for $7 seconds unless the step says otherwise. The task's
-- status follows; it is told to the world and, as entry $10, written down as done by $11 in request $12. Where several people answer without seeing one
-- another, each slot has a document of its own.
WITH given AS (
    INSERT INTO assignments (id, workspace_id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, method, metadata,
                             lease_seconds, expires_at, may_repeat, layout_id)
    SELECT $1, $2, $3, $4, s.step, free.slot, s.round,
           coalesce(s.scope, s.scopes[free.slot + 1], CASE WHEN s.needed > 1 THEN s.step || '#' || free.slot ELSE s.step END),
           s.kind, $6, $8, $9::jsonb || jsonb_build_object('task', jsonb_build_object('priority', s.priority, 'waiting_since', s.opened_at)),
           lasts.seconds, now() + make_interval(secs => lasts.seconds), s.may_repeat,
           CASE WHEN first.is_there THEN first.layout_id
                ELSE (SELECT u.layout_id FROM layout_uses u WHERE u.project_id = $3 AND u.step IN ('', s.step) AND u.kind IN ('', s.kind)
                      ORDER BY u.step = '', u.kind = '' LIMIT 1) END
    FROM task_steps s
    CROSS JOIN LATERAL (SELECT coalesce(s.lease_seconds, $7::double precision::integer) AS seconds) lasts
    CROSS JOIN LATERAL (
        SELECT place.n::smallint AS slot FROM generate_series(0, s.needed - 1) place (n)
        WHERE NOT EXISTS (SELECT FROM assignments a
                          WHERE a.task_id = s.task_id AND a.step = s.step AND a.round = s.round AND a.slot = place.n
                            AND a.status IN ('assigned', 'accepted', 'submitted'))
        ORDER BY place.n LIMIT 1
    ) free
    -- All who do this work on the task do it with what the first of them had.
    LEFT JOIN LATERAL (
        SELECT true AS is_there, a.layout_id FROM assignments a
        WHERE a.task_id = s.task_id AND a.step = s.step AND a.workflow_stage = s.kind ORDER BY a.assigned_at, a.id LIMIT 1
    ) first ON true
    WHERE s.project_id = $3 AND s.task_id = $4 AND s.step = $5
      -- Who may answer it again does so once they have answered.
      AND NOT (s.may_repeat AND EXISTS (SELECT FROM assignments a
                                        WHERE a.task_id = s.task_id AND a.user_id = $6 AND a.step = s.step AND a.round = s.round AND a.ended_at IS NULL))
    RETURNING *
), followed AS (
    UPDATE tasks t
    SET status = CASE WHEN t.status = 'pending' THEN 'assigned' ELSE t.status END, assigned_at = now(),
        attempt_count = t.attempt_count + 1, updated_at = now(),
        -- Work begins on the layout that is active now, and stays on it.
        layout_id = CASE WHEN t.attempt_count > 0 THEN t.layout_id
                         ELSE (SELECT l.id FROM layouts l WHERE l.project_id = $3 AND l.status = 'active') END
    FROM given WHERE t.project_id = $3 AND t.id = $4
), facts AS (
    SELECT jsonb_build_object('task_id', task_id, 'assignment_id', id, 'user_id', user_id, 'fencing_token', fencing_token, 'status', status,
                              'expires_at', expires_at) AS facts
    FROM given
), told AS (
    INSERT INTO outbox (workspace_id, project_id, topic, payload) SELECT $2, $3, 'task.assigned', facts FROM facts
), written AS (
    INSERT INTO audit_log (id, workspace_id, project_id, actor_id, actor_type, action, entity_type, entity_id, changes, request_id)
    SELECT $10, $2, $3, $11, CASE WHEN $11::uuid IS NULL THEN 'system' ELSE 'user' END, 'task.assigned', 'assignment', $1, facts, $12 FROM facts
)
SELECT id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
       assigned_at, accepted_at, expires_at, ended_at
FROM given
