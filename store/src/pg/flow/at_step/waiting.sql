-- Tasks with a place in a step that nobody has, as they are given out: $1 project, $2 step, $3 prefix of a name and $4 the end of its range, $5 the
-- person it is kept for, $6 and $7 priority and task of the last row of the page before, $8 rows, $9 and $10 from when and until when the step was
-- opened for them.
SELECT s.task_id, s.priority
FROM task_steps s
JOIN tasks t ON t.project_id = s.project_id AND t.id = s.task_id
WHERE s.project_id = $1 AND s.step = $2 AND s.free > 0
  -- A range, see tasks/list.sql.
  AND ($3::text IS NULL
       OR (t.external_id >= $3 AND ($4::text IS NULL OR t.external_id < $4))
       OR (t.filename >= $3 AND ($4::text IS NULL OR t.filename < $4)))
  AND ($5::uuid IS NULL OR s.reserved_for = $5)
  -- The first line is what the index can begin at.
  AND ($6::smallint IS NULL OR (s.priority <= $6 AND (s.priority < $6 OR s.task_id > $7)))
  AND ($9::timestamptz IS NULL OR s.opened_at >= $9)
  AND ($10::timestamptz IS NULL OR s.opened_at < $10)
ORDER BY s.priority DESC, s.task_id
LIMIT $8
