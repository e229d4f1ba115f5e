-- Ends lease $1 with status $2 and reason $3: told to the world as $4 with the facts $5 and, as entry $6, written down as done by $7 in request $8.
WITH ended AS (
    UPDATE assignments SET status = $2, reason = $3, ended_at = now(), updated_at = now() WHERE id = $1
    RETURNING *
), told AS (
    INSERT INTO outbox (workspace_id, project_id, topic, payload) SELECT workspace_id, project_id, $4, $5 FROM ended
), written AS (
    INSERT INTO audit_log (id, workspace_id, project_id, actor_id, actor_type, action, entity_type, entity_id, changes, request_id)
    SELECT $6, workspace_id, project_id, $7, CASE WHEN $7::uuid IS NULL THEN 'system' ELSE 'user' END, $4, 'assignment', id, $5, $8 FROM ended
)
SELECT id, project_id, task_id, step, slot, round, scope, workflow_stage, user_id, status, fencing_token,
       assigned_at, accepted_at, expires_at, ended_at
FROM ended
