-- One page of a project's tasks: $1 project, $2 status, $3 batch, $4 prefix and $5 the end of its range, $6 after, $7 rows.
SELECT t.id
FROM tasks t
WHERE t.project_id = $1                                   -- names the partition
  AND ($2::text IS NULL OR t.status = $2)
  AND ($3::uuid IS NULL OR t.batch_id = $3)
  -- A prefix as a range: unlike LIKE, >= and < are leakproof, so their indexes may be used before row-level security is checked.
  AND ($4::text IS NULL
       OR (t.external_id >= $4 AND ($5::text IS NULL OR t.external_id < $5))
       OR (t.filename >= $4 AND ($5::text IS NULL OR t.filename < $5)))
  AND ($6::uuid IS NULL OR t.id > $6)                     -- the keyset: behind the last row of the page before
ORDER BY t.id
LIMIT $7
