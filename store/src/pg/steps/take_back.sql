-- Submitted leases of round $4 of step $3 of task $2 of project $1 are answers and decisions no more, but for the first of each person as often as $5 names
-- them.
WITH kept AS (
    SELECT k.user_id, count(*) AS answers FROM unnest($5::uuid[]) k (user_id) GROUP BY k.user_id
), gone AS (
    SELECT a.id, a.scope, a.workflow_stage
    FROM (
        SELECT o.*, row_number() OVER (PARTITION BY o.user_id ORDER BY o.submitted_at, o.fencing_token) AS nth
        FROM assignments o
        WHERE o.project_id = $1 AND o.task_id = $2 AND o.step = $3 AND o.round = $4 AND o.status = 'submitted'
    ) a
    LEFT JOIN kept ON kept.user_id = a.user_id
    WHERE a.nth > coalesce(kept.answers, 0)
), answers AS (
    UPDATE annotations n SET status = 'superseded', is_final = false, updated_at = now()
    FROM gone
    WHERE gone.workflow_stage <> 'review' AND n.project_id = $1 AND n.assignment_id = gone.id AND n.status IN ('submitted', 'approved', 'rejected')
), decided AS (
    UPDATE annotations n SET status = 'submitted', decision_reason = NULL, updated_at = now()
    FROM gone
    CROSS JOIN LATERAL (
        SELECT about.id FROM annotations about
        JOIN assignments a ON a.project_id = about.project_id AND a.id = about.assignment_id
        WHERE about.project_id = $1 AND about.task_id = $2 AND a.scope = gone.scope AND a.workflow_stage IN ('annotation', 'adjudication')
        ORDER BY about.submitted_at DESC, about.version DESC LIMIT 1
    ) newest
    WHERE gone.workflow_stage = 'review' AND n.project_id = $1 AND n.id = newest.id AND n.status IN ('approved', 'rejected')
)
UPDATE assignments a SET status = 'reassigned', reason = 'rolled_back', updated_at = now()
FROM gone WHERE a.id = gone.id
