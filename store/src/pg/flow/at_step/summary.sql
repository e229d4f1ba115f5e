-- How the work goes in step $2 of project $1: how many people hold a task there, and how many milliseconds the answers of its newest $3 answered tasks took on
-- average: active work where a client counted it.
SELECT (SELECT count(DISTINCT a.user_id) FROM assignments a WHERE a.project_id = $1 AND a.step = $2 AND a.ended_at IS NULL) AS "active!",
       (SELECT avg(coalesce(took.time_spent_ms, extract(epoch FROM took.submitted_at - coalesce(took.accepted_at, took.assigned_at)) * 1000))::bigint
        FROM (SELECT a.time_spent_ms, a.submitted_at, a.accepted_at, a.assigned_at FROM assignments a
              WHERE a.project_id = $1 AND a.step = $2 AND a.status = 'submitted' ORDER BY a.task_id DESC LIMIT $3) took) AS average_ms
