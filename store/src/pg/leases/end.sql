-- Ends lease $1 with status $2 and reason $3: told to the world as $4 with the facts $5 and, as entry $6, written down as done by $7 in request $8. Its task
-- $11 of project $10, which the caller has locked, goes back to where others find it, and counts as skipped $9 times (0 or 1); not if $9 is null, when the
-- task is the caller's business. On a workflow it is skipped enough, too, where nobody is left who has not.
WITH ended AS (
    UPDATE assignments SET status = $2, reason = $3, ended_at = now(), updated_at = now() WHERE id = $1
    RETURNING *
), told AS (
    INSERT INTO outbox (workspace_id, project_id, topic, payload) SELECT workspace_id, project_id, $4, $5 FROM ended
), written AS (
    INSERT INTO audit_log (id, workspace_id, project_id, actor_id, actor_type, action, entity_type, entity_id, changes, request_id)
    SELECT $6, workspace_id, project_id, $7, CASE WHEN $7::uuid IS NULL THEN 'system' ELSE 'user' END, $4, 'assignment', id, $5, $8 FROM ended
), put_back AS (
    UPDATE tasks t
    SET skip_count = t.skip_count + $9, assigned_at = NULL, updated_at = now(),
        status = CASE WHEN t.status NOT IN ('assigned', 'in_progress') THEN t.status
                      WHEN $9 > 0 AND t.skip_count + $9 >= p.max_skips AND t.workflow_id IS NULL THEN 'skipped'
                      -- Whoever else holds or has answered the task keeps it under way. This slot is counted as free once the statement has ended.
                      WHEN EXISTS (SELECT FROM task_steps s
                                   WHERE s.project_id = $10 AND s.task_id = $11
                                     AND s.free + (s.step = e.step AND s.round = e.round)::integer < s.needed) THEN 'in_progress'
                      ELSE 'pending' END
    FROM ended e CROSS JOIN projects p
    CROSS JOIN LATERAL (
        SELECT CASE WHEN $9 > 0 THEN EXISTS (
            SELECT FROM project_members m
            WHERE m.project_id = $10 AND m.user_id <> e.user_id AND (e.workflow_stage = 'annotation' OR m.role IN ('reviewer', 'admin'))
              AND NOT EXISTS (SELECT FROM assignments a
                              WHERE a.task_id = $11 AND a.user_id = m.user_id AND a.step = e.step AND a.round = e.round
                                AND a.status IN ('skipped', 'submitted'))
        ) ELSE true END AS anybody
    ) left_for
    -- Named by their keys, not by the lease's: one partition is looked at then.
    WHERE t.project_id = $10 AND t.id = $11 AND p.id = $10 AND $9::integer IS NOT NULL
    RETURNING t.status, t.workflow_id, t.skip_count >= p.max_skips OR NOT left_for.anybody AS is_skipped_enough
)
SELECT e.id, e.project_id, e.task_id, e.step, e.slot, e.round, e.scope, e.workflow_stage, e.user_id, e.status, e.fencing_token,
       e.assigned_at, e.accepted_at, e.expires_at, e.ended_at,
       b.status AS "task_status?", b.workflow_id IS NOT NULL AS "is_on_workflow!", coalesce(b.is_skipped_enough, false) AS "is_skipped_enough!",
       EXISTS (SELECT FROM task_steps s
               WHERE s.project_id = $10 AND s.task_id = $11 AND s.step = e.step AND s.discards_drafts) AS "discards_drafts!"
FROM ended e
LEFT JOIN put_back b ON true
