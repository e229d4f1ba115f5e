-- The open step $3 of task $2 of project $1, in its round $5, asks for $4 answers and has these rules from now on: mode $6, lease $7, discards drafts $8,
-- skipped to an admin $9, content after accepting $10, may repeat $11. No fewer places than are taken: who has one keeps it.
WITH taken AS (
    SELECT count(*)::smallint AS places, (coalesce(max(a.slot), -1) + 1)::smallint AS reach FROM assignments a
    WHERE a.task_id = $2 AND a.step = $3 AND a.round = $5 AND a.status IN ('assigned', 'accepted', 'submitted')
), wanted AS (
    SELECT taken.places, greatest($4::smallint, taken.reach) AS needed FROM taken
)
UPDATE task_steps s
SET needed = wanted.needed, free = wanted.needed - wanted.places,
    -- It may have been skipped before.
    mode = CASE WHEN $9 AND EXISTS (SELECT FROM assignments a
                                    WHERE a.task_id = $2 AND a.step = $3 AND a.round = $5 AND a.status = 'skipped')
                THEN 'manual' ELSE $6 END,
    lease_seconds = $7, discards_drafts = $8, skipped_to_admin = $9, content_after_accepting = $10, may_repeat = $11,
    -- One document is called otherwise than the first of several: whoever has the first slot goes on in theirs.
    scopes = CASE WHEN s.kind = 'annotation' AND s.scope IS NULL AND (s.needed > 1) <> (wanted.needed > 1)
                  THEN ARRAY[coalesce(s.scopes[1], CASE WHEN s.needed > 1 THEN s.step || '#0' ELSE s.step END)] || s.scopes[2:]
                  ELSE s.scopes END
FROM wanted
WHERE s.project_id = $1 AND s.task_id = $2 AND s.step = $3
