-- Of the first $6 tasks with a place in step $3, of kind $4, of project $1 that nobody has: what keeps person $2 from how many of them, and when the first of them
-- may be had after all, as far as that is known. The rules are those of leases/find.sql, $5 the steps after which nobody gets a task here and $7 the versions
-- of the workflow that say so (null: all). `worked`: the step they worked in.
WITH waiting AS (
    SELECT s.* FROM task_steps s
    WHERE s.project_id = $1 AND s.step = $3 AND s.kind = $4 AND s.free > 0
      AND ($7::uuid[] IS NULL OR coalesce((SELECT t.workflow_id = ANY ($7) FROM tasks t WHERE t.project_id = $1 AND t.id = s.task_id), true))
    ORDER BY s.priority DESC, s.task_id LIMIT $6
), judged AS (
    SELECT mine.worked, w.skipped_to_admin, w.mode,
           CASE WHEN mine.has_answered THEN 'already_answered'
                WHEN mine.worked IS NOT NULL THEN 'worked_in_step'
                WHEN mine.is_evicted THEN 'excluded'
                WHEN mine.has_skipped THEN 'skipped'
                WHEN w.mode = 'manual' AND w.skipped_to_admin THEN 'waits_for_admin'
                WHEN w.mode = 'manual' THEN 'given_by_hand'
                WHEN w.only_for IS NOT NULL AND NOT $2 = ANY (w.only_for) THEN 'rework_of_another'
                WHEN w.reserved_for <> $2 AND w.reserved_until IS NULL THEN 'rework_of_another'
                WHEN w.reserved_for <> $2 AND w.reserved_until > now() THEN 'offered_to_another'
           END AS code,
           CASE WHEN w.reserved_for <> $2 THEN w.reserved_until END AS until
    FROM waiting w
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(a.step = w.step AND a.round = w.round
                                AND (a.ended_at IS NULL OR a.status = 'submitted' AND NOT w.may_repeat)), false) AS has_answered,
               min(a.step) FILTER (WHERE a.status = 'submitted' AND a.step = ANY($5)) AS worked,
               coalesce(bool_or(a.status = 'reassigned' AND a.step = w.step AND a.round = w.round AND a.metadata ? 'evicted'), false) AS is_evicted,
               coalesce(bool_or(a.status = 'skipped' AND a.step = w.step AND a.round = w.round), false) AS has_skipped
        FROM assignments a WHERE a.task_id = w.task_id AND a.user_id = $2
    ) mine
)
SELECT code, worked, count(*) AS "tasks!", min(until) FILTER (WHERE until > now() AND code = 'offered_to_another') AS until
FROM judged GROUP BY code, worked ORDER BY count(*) DESC, code
