-- Tasks that wait for an admin in a step: $1 project, $2 step, $3 prefix of a name and $4 the end of its range, $5 who worked on it, $6 after,
-- $7 rows, $8 and $9 from when and until when they have waited.
SELECT t.id
FROM tasks t
WHERE t.project_id = $1 AND t.hold_reason IS NOT NULL
  -- The step that gave up, of programs and holds too; where an admin holds a task, the one that was open last.
  AND coalesce(t.machine_state #>> '{context,hold,step}', t.step) = $2
  AND ($3::text IS NULL
       OR (t.external_id >= $3 AND ($4::text IS NULL OR t.external_id < $4))
       OR (t.filename >= $3 AND ($4::text IS NULL OR t.filename < $4)))
  AND ($5::uuid IS NULL OR EXISTS (SELECT FROM assignments a WHERE a.task_id = t.id AND a.user_id = $5))
  AND ($6::uuid IS NULL OR t.id > $6)
  AND ($8::timestamptz IS NULL OR t.state_updated_at >= $8)
  AND ($9::timestamptz IS NULL OR t.state_updated_at < $9)
ORDER BY t.id
LIMIT $7
