-- Task $2 of project $1 is done: the answer that stands is final and the task's own. $3 is what the last step says has come of the answers ({}: nothing), $4
-- what came of them in each step that brought them together.
WITH standing AS (
    SELECT n.id, n.region_count, n.data, n.status, n.step, n.round, n.submitted_at, n.version, a.workflow_stage
    FROM annotations n LEFT JOIN assignments a ON a.project_id = n.project_id AND a.id = n.assignment_id
    WHERE n.project_id = $1 AND n.task_id = $2 AND n.status IN ('submitted', 'approved')
), newest AS (
    SELECT step, round FROM standing ORDER BY submitted_at DESC, version DESC LIMIT 1
), last AS (
    SELECT s.id, s.region_count FROM standing s CROSS JOIN newest
    -- A decision between answers stands above them. Then what the last step says; where that says nothing of it (a review, a webhook), of the answers that
    -- were given last an approved one, else one that what came of them equals, else the last.
    ORDER BY s.workflow_stage = 'adjudication' DESC NULLS LAST, s.data @> $3 DESC,
             (s.step, s.round) = (newest.step, newest.round) DESC, s.status = 'approved' DESC,
             EXISTS (SELECT FROM jsonb_array_elements($4::jsonb) result WHERE s.data @> result) DESC,
             s.submitted_at DESC, s.version DESC
    LIMIT 1
), final AS (
    UPDATE annotations n SET is_final = (n.id = last.id), updated_at = now()
    FROM last WHERE n.project_id = $1 AND n.task_id = $2 AND (n.is_final OR n.id = last.id)
), gone AS (
    -- What nobody chose is no answer to questions across tasks; it stays in its annotation.
    DELETE FROM regions r USING last, annotations n
    WHERE n.project_id = $1 AND n.task_id = $2 AND n.id <> last.id AND r.project_id = $1 AND r.annotation_id = n.id
)
UPDATE tasks t SET current_annotation_id = last.id, region_count = last.region_count
FROM last WHERE t.project_id = $1 AND t.id = $2
RETURNING last.id
