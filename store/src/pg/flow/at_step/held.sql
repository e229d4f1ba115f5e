-- Tasks that wait for an admin in a step: $1 project, $2 step, $3 prefix of a name and $4 the end of its range, $5 who worked on it, $6 after,
-- $7 rows.
SELECT t.id
FROM tasks t
WHERE t.project_id = $1 AND t.step = $2 AND t.hold_reason IS NOT NULL
  AND ($3::text IS NULL
       OR (t.external_id >= $3 AND ($4::text IS NULL OR t.external_id < $4))
       OR (t.filename >= $3 AND ($4::text IS NULL OR t.filename < $4)))
  AND ($5::uuid IS NULL OR EXISTS (SELECT FROM assignments a WHERE a.task_id = t.id AND a.user_id = $5))
  AND ($6::uuid IS NULL OR t.id > $6)
ORDER BY t.id
LIMIT $7
