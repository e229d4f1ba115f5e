-- The documents of the slots of step $3 of task $2 of project $1, where drafts are discarded.
UPDATE task_steps s
SET scopes = (
    SELECT array_agg(CASE WHEN s.round > 1 THEN coalesce(answer.scope, usual.scope)
                          WHEN abandoned.documents = 0 THEN usual.scope
                          ELSE usual.scope || '~' || abandoned.documents END ORDER BY place.n)
    FROM generate_series(0, s.needed - 1) place (n)
    CROSS JOIN LATERAL (SELECT CASE WHEN s.needed > 1 THEN s.step || '#' || place.n ELSE s.step END AS scope) usual
    -- Each is counted once, however often it changed hands.
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT a.scope) AS documents FROM assignments a
        WHERE a.task_id = s.task_id AND a.step = s.step AND a.round = s.round AND a.slot = place.n
          AND a.status NOT IN ('assigned', 'accepted', 'submitted')
    ) abandoned
    -- What a task comes back to: the last answer in this slot.
    LEFT JOIN LATERAL (
        SELECT a.scope FROM assignments a
        WHERE a.task_id = s.task_id AND a.step = s.step AND a.round < s.round AND a.slot = place.n AND a.status = 'submitted'
        ORDER BY a.round DESC LIMIT 1
    ) answer ON true
)
WHERE s.project_id = $1 AND s.task_id = $2 AND s.step = $3
  AND s.discards_drafts AND s.kind = 'annotation'
