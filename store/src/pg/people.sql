-- The people of project $1, or only $2, with what they hold, did and skipped in the last two days.
SELECT u.id, u.display_name, wm.role AS workspace_role, pm.role AS "role?", wm.teams, wm.availability, wm.max_concurrent,
       pm.paused_reason AS "paused_reason?", pm.paused_until AS "paused_until?",
       coalesce(skills.list, '[]') AS "skills!",
       coalesce(work.active, 0) AS "active!",
       -- A person's own limits count what they do in all projects; asked only of those who have some.
       CASE WHEN wm.max_concurrent IS NULL THEN 0
            ELSE (SELECT count(*) FROM assignments a WHERE a.user_id = wm.user_id AND a.project_id <> $1 AND a.ended_at IS NULL) END AS "elsewhere!",
       CASE WHEN wm.availability IS NULL THEN '{}'
            ELSE coalesce((SELECT array_agg(a.ended_at) FROM project_members m
                           -- Project by project: the index assignments_lately.
                           CROSS JOIN LATERAL (SELECT * FROM assignments o WHERE o.user_id = m.user_id AND o.project_id = m.project_id
                                                 AND o.status = 'submitted' AND o.ended_at > now() - interval '2 days') a
                           WHERE m.user_id = wm.user_id AND m.project_id <> $1), '{}') END AS "submitted_elsewhere!: Vec<DateTime<Utc>>", work.last_assigned_at AS "last_assigned_at?",
       coalesce(work.submitted, '{}') AS "submitted!: Vec<DateTime<Utc>>", coalesce(work.skipped, '{}') AS "skipped!: Vec<DateTime<Utc>>",
       quality.mean AS "quality?"
FROM (
    SELECT pm.user_id FROM project_members pm WHERE $2::uuid IS NULL AND pm.project_id = $1
    UNION ALL
    SELECT $2 WHERE $2 IS NOT NULL
) chosen
-- Looked up for each who was chosen: one plan serves both questions, and it must not read all members to find the one who asks for work.
CROSS JOIN LATERAL (SELECT * FROM members m WHERE m.user_id = chosen.user_id OFFSET 0) wm
CROSS JOIN LATERAL (SELECT * FROM users m WHERE m.id = chosen.user_id OFFSET 0) u
LEFT JOIN LATERAL (SELECT * FROM project_members m WHERE m.project_id = $1 AND m.user_id = chosen.user_id OFFSET 0) pm ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', s.skill, 'level', s.level, 'expires_at', s.expires_at))) AS list
    FROM member_skills s WHERE s.workspace_id = wm.workspace_id AND s.user_id = wm.user_id
) skills ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE a.ended_at IS NULL) AS active, max(a.assigned_at) AS last_assigned_at,
           array_agg(a.ended_at) FILTER (WHERE a.status = 'submitted' AND a.ended_at > now() - interval '2 days') AS submitted,
           -- Who gives a task back once they have seen what it shows has skipped it, as far as picking and choosing goes.
           array_agg(a.ended_at) FILTER (WHERE (a.status = 'skipped' OR a.status = 'released' AND a.metadata ? 'given_back')
                                           AND a.ended_at > now() - interval '2 days') AS skipped
    FROM assignments a WHERE a.project_id = $1 AND a.user_id = wm.user_id AND (a.ended_at IS NULL OR a.ended_at > now() - interval '2 days')
) work ON true
LEFT JOIN LATERAL (
    SELECT avg(n.quality_score) AS mean FROM (
        SELECT n.quality_score FROM annotations n
        WHERE n.project_id = $1 AND n.user_id = wm.user_id AND n.quality_score IS NOT NULL ORDER BY n.submitted_at DESC LIMIT 50
    ) n
) quality ON true
ORDER BY u.id
