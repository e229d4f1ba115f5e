-- Gives the documents of step $3 of task $2 of project $1 what came with the task as their first content: regions of an import or of a model. They are
-- in '#given', or in the plain document as long as nobody has worked in it. A document that is there stays as it is.
WITH step AS (
    SELECT s.* FROM task_steps s
    WHERE s.project_id = $1 AND s.task_id = $2 AND s.step = $3 AND s.kind = 'annotation' AND s.scope IS NULL AND s.round = 1
), source AS (
    SELECT d.id, d.workspace_id, d.project_id, d.task_id, d.step FROM documents d
    WHERE d.task_id = $2
      AND (d.step = '#given'
           OR d.step = 'annotate' AND NOT EXISTS (SELECT FROM assignments a WHERE a.task_id = $2 AND a.scope = 'annotate'))
    ORDER BY d.step = '#given' DESC LIMIT 1
), wanted AS (
    SELECT coalesce(step.scopes[place.n + 1], CASE WHEN step.needed > 1 THEN step.step || '#' || place.n ELSE step.step END) AS scope
    FROM step CROSS JOIN LATERAL generate_series(0, step.needed - 1) place (n)
    UNION
    -- The plain document itself is worked in, and a draft in it may be discarded: what came with the task is kept beside it.
    SELECT '#given' FROM step WHERE step.step = 'annotate' AND step.needed = 1 AND step.discards_drafts
), made AS (
    INSERT INTO documents (id, workspace_id, project_id, task_id, step, lineage)
    SELECT gen_random_uuid(), source.workspace_id, source.project_id, source.task_id, wanted.scope, gen_random_uuid()
    FROM source CROSS JOIN wanted
    WHERE wanted.scope <> source.step
    ON CONFLICT (task_id, step) DO NOTHING
    RETURNING id
), snapshots AS (
    INSERT INTO document_snapshots (document_id, workspace_id, upto_seq, payload, state_vector)
    SELECT made.id, shot.workspace_id, 0, shot.payload, shot.state_vector
    FROM made CROSS JOIN source JOIN document_snapshots shot ON shot.document_id = source.id
)
INSERT INTO document_updates (document_id, workspace_id, author_id, payload, created_at)
SELECT made.id, edit.workspace_id, edit.author_id, edit.payload, edit.created_at
FROM made CROSS JOIN source JOIN document_updates edit ON edit.document_id = source.id
ORDER BY made.id, edit.seq
