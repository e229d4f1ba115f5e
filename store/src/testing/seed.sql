-- Two workspaces of the same shape, 'a' and 'b', written by the superuser. Ids are those of `Seeded::nth`.
DO $$
DECLARE
    w record;
    k integer;
    id uuid[];
BEGIN
    FOR w IN SELECT * FROM (VALUES ('a', 10), ('b', 11)) AS v (letter, n) LOOP
        -- id[k + 1] is the k-th id of the workspace, 0 to 0x4f.
        SELECT array_agg(('01900000-0000-7000-8000-' || lpad(to_hex(w.n), 4, '0') || lpad(to_hex(i), 8, '0'))::uuid ORDER BY i)
          INTO id FROM generate_series(0, 79) i;
        INSERT INTO workspaces (id, name) VALUES (id[1], 'Workspace ' || w.letter);
        FOR k IN 1..4 LOOP
            INSERT INTO users (id, email, display_name, color)
            VALUES (id[k + 1], (ARRAY['admin', 'reviewer', 'labeler', 'other'])[k] || '@' || w.letter || '.test',
                    initcap((ARRAY['admin', 'reviewer', 'labeler', 'other labeler'])[k]) || ' ' || upper(w.letter),
                    (ARRAY['#d33682', '#268bd2', '#859900', '#cb4b16'])[k]);
            INSERT INTO members (workspace_id, user_id, role) VALUES (id[1], id[k + 1], CASE k WHEN 1 THEN 'admin' ELSE 'member' END);
        END LOOP;
        INSERT INTO projects (id, workspace_id, name, created_by, label_schema)
        VALUES (id[17], id[1], 'Project ' || w.letter, id[2],
                '{"labels": [{"name": "cat", "color": "#e6194b", "hotkey": "1"}, {"name": "dog", "color": "#3cb44b", "hotkey": "2"}]}');
        FOR k IN 2..4 LOOP
            INSERT INTO project_members (workspace_id, project_id, user_id, role)
            VALUES (id[1], id[17], id[k + 1], CASE k WHEN 2 THEN 'reviewer' ELSE 'labeler' END);
        END LOOP;
        INSERT INTO batches (id, workspace_id, project_id, name, created_by) VALUES (id[33], id[1], id[17], 'Batch ' || w.letter, id[2]);
        FOR k IN 0..2 LOOP
            INSERT INTO assets (id, workspace_id, project_id, filename, object_key, status, content_type, size, width, height, created_by)
            VALUES (id[49 + k], id[1], id[17], 'image-' || k || '.png', id[1] || '/' || id[17] || '/' || id[49 + k], 'ready',
                    'image/png', 1000 + k, 640, 480, id[2]);
            INSERT INTO tasks (id, workspace_id, project_id, batch_id, asset_id, external_id, filename, created_by)
            VALUES (id[65 + k], id[1], id[17], id[33], id[49 + k], w.letter || '-' || k, 'image-' || k || '.png', id[2]);
        END LOOP;
    END LOOP;
END $$;
