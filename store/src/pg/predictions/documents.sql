-- Names of the documents of task $2 of project $1 that a prediction is put into.
WITH there AS (
    SELECT d.step FROM documents d WHERE d.task_id = $2
), opened AS (
    -- As steps/seed_documents.sql names them. Later rounds go on in documents that are there.
    SELECT coalesce(s.scopes[place.n + 1], CASE WHEN s.needed > 1 THEN s.step || '#' || place.n ELSE s.step END) AS step
    FROM task_steps s CROSS JOIN LATERAL generate_series(0, s.needed - 1) place (n)
    WHERE s.project_id = $1 AND s.task_id = $2 AND s.kind = 'annotation' AND s.scope IS NULL AND s.round = 1
), given AS (
    -- Steps of a workflow that open later begin with '#given'; with the plain document as long as nobody has worked in it. That one may hold what an
    -- import brought, which a '#given' beside it would hide.
    SELECT '#given' AS step FROM tasks t
    WHERE t.project_id = $1 AND t.id = $2 AND t.workflow_id IS NOT NULL
      AND (NOT EXISTS (SELECT FROM there WHERE there.step = 'annotate')
           OR EXISTS (SELECT FROM assignments a WHERE a.task_id = $2 AND a.scope = 'annotate'))
)
SELECT step AS "step!" FROM there UNION SELECT step FROM opened UNION SELECT step FROM given ORDER BY 1
