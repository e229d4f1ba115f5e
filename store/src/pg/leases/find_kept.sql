-- As find.sql, of what is kept for the person: the first task of step $3, of kind $6, with a free slot for person $2 in project $1, with its task, both locked. Who answered it in this step or in
-- one of the steps $4 is passed over; so is who skipped it, for $5 seconds or for good.
SELECT s.task_id
FROM task_steps s
JOIN tasks t ON t.project_id = s.project_id AND t.id = s.task_id
WHERE s.project_id = $1
  -- The partial index task_steps_reserved, which is short.
  AND s.step = $3 AND s.free > 0
  -- A decision between answers waits in the step of the answers.
  AND s.kind = $6
  -- A program of before this schema ends tasks without closing their steps.
  AND t.status NOT IN ('completed', 'cancelled', 'skipped', 'rejected')
  AND s.reserved_for = $2
  AND (s.rests_until IS NULL OR s.rests_until <= now())
  -- A paused project gives out no work.
  AND EXISTS (SELECT FROM projects p WHERE p.id = $1 AND p.status = 'active')
  -- OFFSET 0: looked up for one task after the other until one fits. As a join it would begin with all the person ever did.
  AND NOT EXISTS (SELECT FROM assignments a
                  WHERE a.task_id = s.task_id AND a.user_id = $2
                    AND (a.status IN ('assigned', 'accepted', 'submitted') AND a.step = s.step AND a.round = s.round
                         OR a.status = 'submitted' AND a.step = ANY($4)
                         OR a.status = 'skipped' AND a.step = s.step AND coalesce(a.ended_at + make_interval(secs => $5) > now(), true))
                  OFFSET 0)
ORDER BY s.priority DESC, s.task_id
LIMIT 1
FOR UPDATE OF s, t SKIP LOCKED
