-- The first task of step $3, of kind $5, with a free slot for person $2 in project $1, with its task, both locked. Who answered it in this step or in
-- one of the steps $4 is passed over; so is who skipped it.
SELECT s.task_id
FROM tandem.open_places s
-- Together with the order below: the partial index task_steps_queue, front to back.
WHERE s.project_id = $1 AND s.step = $3
  -- A decision between answers waits in the step of the answers.
  AND s.kind = $5
  AND (s.reserved_for IS NULL OR s.reserved_for = $2 OR s.reserved_until <= now())
  AND (s.only_for IS NULL OR $2 = ANY (s.only_for))
  -- Tasks stay on their version of the workflow: these versions say the same of the step. Null: there is one word on it.
  AND ($6::uuid[] IS NULL OR s.workflow_id IS NULL OR s.workflow_id = ANY ($6))
  -- OFFSET 0: looked up for one task after the other until one fits. As a join it would begin with all the person ever did.
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
