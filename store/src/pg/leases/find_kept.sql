-- As find.sql, with the same parameters, of what is kept for the person: by the partial index task_steps_reserved, which is short.
SELECT s.task_id
FROM tandem.open_places s
WHERE s.project_id = $1 AND s.step = $3 AND s.kind = $5 AND s.reserved_for = $2
  AND (s.only_for IS NULL OR $2 = ANY (s.only_for))
  AND ($6::uuid[] IS NULL OR s.workflow_id IS NULL OR s.workflow_id = ANY ($6))
  AND NOT EXISTS (SELECT FROM assignments a
                  WHERE a.task_id = s.task_id AND a.user_id = $2
                    AND ((a.ended_at IS NULL OR a.status = 'submitted' AND NOT s.may_repeat) AND a.step = s.step AND a.round = s.round
                         OR a.status = 'submitted' AND a.step = ANY($4)
                         -- What comes back later is another piece of work.
                         OR a.status = 'skipped' AND a.step = s.step AND a.round = s.round
                         -- An admin took it from them.
                         OR a.status = 'reassigned' AND a.step = s.step AND a.round = s.round AND a.metadata ? 'evicted')
                  OFFSET 0)
ORDER BY s.priority DESC, s.task_id
LIMIT 1
FOR UPDATE OF s SKIP LOCKED
