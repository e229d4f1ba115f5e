-- Tasks that somebody answered or decided in a step: $1 project, $2 step, $3 prefix of a name and $4 the end of its range, $5 who, $6 after, $7 rows,
-- $8 and $9 from when and until when they were given to them.
SELECT DISTINCT a.task_id
FROM assignments a
JOIN tasks t ON t.project_id = a.project_id AND t.id = a.task_id
WHERE a.project_id = $1 AND a.step = $2 AND a.status = 'submitted'
  AND ($3::text IS NULL
       OR (t.external_id >= $3 AND ($4::text IS NULL OR t.external_id < $4))
       OR (t.filename >= $3 AND ($4::text IS NULL OR t.filename < $4)))
  AND ($5::uuid IS NULL OR a.user_id = $5)
  AND ($6::uuid IS NULL OR a.task_id > $6)
  AND ($8::timestamptz IS NULL OR a.assigned_at >= $8)
  AND ($9::timestamptz IS NULL OR a.assigned_at < $9)
ORDER BY a.task_id
LIMIT $7
