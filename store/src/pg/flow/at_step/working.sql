-- Tasks under way in a step, in the hands of people or of a program: $1 project, $2 step, $3 prefix of a name and $4 the end of its range, $5 who,
-- $6 after, $7 rows, $8 and $9 from when and until when they were given to somebody, or to the program.
SELECT under_way.task_id AS "task_id!"
FROM (
    SELECT a.task_id FROM assignments a
    WHERE a.project_id = $1 AND a.step = $2 AND a.ended_at IS NULL
      AND ($5::uuid IS NULL OR a.user_id = $5)
      AND ($8::timestamptz IS NULL OR a.assigned_at >= $8)
      AND ($9::timestamptz IS NULL OR a.assigned_at < $9)
    UNION
    SELECT c.task_id FROM task_calls c
    WHERE c.project_id = $1 AND c.step = $2 AND $5::uuid IS NULL
      AND ($8::timestamptz IS NULL OR c.created_at >= $8)
      AND ($9::timestamptz IS NULL OR c.created_at < $9)
) under_way
JOIN tasks t ON t.project_id = $1 AND t.id = under_way.task_id
WHERE ($3::text IS NULL
       OR (t.external_id >= $3 AND ($4::text IS NULL OR t.external_id < $4))
       OR (t.filename >= $3 AND ($4::text IS NULL OR t.filename < $4)))
  AND ($6::uuid IS NULL OR under_way.task_id > $6)
ORDER BY under_way.task_id
LIMIT $7
