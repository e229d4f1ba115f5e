-- As find.sql and find_kept.sql, with the same parameters, in the order in which the person would be given them: the first $7 tasks that are kept for the
-- person and the first $7 of all, none of them locked.
WITH mine AS NOT MATERIALIZED (
    SELECT s.task_id, s.priority, s.reserved_for, s.reserved_until
    FROM tandem.open_places s
    WHERE s.project_id = $1 AND s.step = $3 AND s.kind = $5
      AND (s.only_for IS NULL OR $2 = ANY (s.only_for))
      AND ($6::uuid[] IS NULL OR s.workflow_id IS NULL OR s.workflow_id = ANY ($6))
      AND NOT EXISTS (SELECT FROM assignments a
                      WHERE a.task_id = s.task_id AND a.user_id = $2
                        AND ((a.ended_at IS NULL OR a.status = 'submitted' AND NOT s.may_repeat) AND a.step = s.step AND a.round = s.round
                             OR a.status = 'submitted' AND a.step = ANY($4)
                             OR a.status = 'skipped' AND a.step = s.step AND a.round = s.round
                             OR a.status = 'reassigned' AND a.step = s.step AND a.round = s.round AND a.metadata ? 'evicted')
                      OFFSET 0)
)
(SELECT m.task_id, true AS "is_kept!" FROM mine m WHERE m.reserved_for = $2 ORDER BY m.priority DESC, m.task_id LIMIT $7)
UNION ALL
(SELECT m.task_id, false FROM mine m WHERE m.reserved_for IS NULL OR m.reserved_for = $2 OR m.reserved_until <= now() ORDER BY m.priority DESC, m.task_id LIMIT $7)
