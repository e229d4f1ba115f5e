-- Tells people $2, by notifications with the ids $1, of workspace $3, that something of kind $4 happened to task $6 of project $5 in step $8, because of person
-- $7 (null: the server), in the words $9. Not who has an unread one of this kind and step, by the same person, whose id is $10 or later.
WITH told AS (
    INSERT INTO notifications (id, workspace_id, user_id, project_id, task_id, kind, by_user, step, thread, comment, excerpt)
    SELECT w.id, $3, w.user_id, $5, $6, $4, $7, $8, 'work', w.id::text, $9
    FROM unnest($1::uuid[], $2::uuid[]) AS w (id, user_id)
    WHERE NOT EXISTS (SELECT FROM notifications n
                      WHERE n.user_id = w.user_id AND n.id >= $10 AND n.project_id = $5 AND n.kind = $4 AND n.step = $8 AND n.read_at IS NULL
                        AND n.by_user IS NOT DISTINCT FROM $7)
      AND EXISTS (SELECT FROM members m WHERE m.workspace_id = $3 AND m.user_id = w.user_id)
    RETURNING id, user_id, created_at
)
SELECT t.id AS "id!", t.user_id AS "user_id!", t.created_at AS "created_at!",
       u.id AS "by_id?", u.display_name AS "by_name?", u.email AS "by_email?", u.color AS "by_color?"
FROM told t LEFT JOIN users u ON u.id = $7
