-- For scripts/scale-measure, in a scratch database: work that looks like people's, as fast as SQL can make it.
INSERT INTO workspaces (id, name) VALUES (gen_random_uuid(), 'scale');
INSERT INTO projects (id, workspace_id, name) SELECT gen_random_uuid(), w.id, 'project ' || n FROM workspaces w, generate_series(1, 8) n;
INSERT INTO assets (id, workspace_id, project_id, filename, object_key, status, content_type, size, width, height)
SELECT gen_random_uuid(), workspace_id, id, 'image.jpg', 'image', 'ready', 'image/jpeg', 1000000, 4000, 3000 FROM projects;

-- `wanted` tasks with 50 boxes each, spread over the projects, in transactions of 10,000 regions.
CREATE PROCEDURE scale_fill(wanted integer) LANGUAGE plpgsql AS $$
DECLARE done integer := 0;
BEGIN
    WHILE done < wanted LOOP
        WITH made AS (
            INSERT INTO tasks (id, workspace_id, project_id, asset_id, filename, status)
            SELECT uuidv7(), p.workspace_id, p.id, a.id, 'image-' || done + n || '.jpg', 'completed'
            FROM generate_series(1, 25) n, projects p JOIN assets a ON a.project_id = p.id
            RETURNING id, workspace_id, project_id
        ), labelled AS (
            INSERT INTO annotations (id, workspace_id, project_id, task_id, status, data, region_count)
            SELECT uuidv7(), t.workspace_id, t.project_id, t.id, 'submitted', jsonb_build_object('regions', (
                SELECT jsonb_agg(jsonb_build_object('id', uuidv7(), 'label', 'car', 'geometry',
                       jsonb_build_object('kind', 'box', 'x', random() * 4000, 'y', random() * 3000, 'width', random() * 200, 'height', random() * 200)))
                FROM generate_series(1, 50) WHERE t.id IS NOT NULL)), 50
            FROM made t RETURNING id, workspace_id, project_id, task_id
        )
        INSERT INTO regions (workspace_id, project_id, annotation_id, task_id, id, label, kind, geometry, area, x, y, width, height, author_id)
        SELECT l.workspace_id, l.project_id, l.id, l.task_id, uuidv7(), (ARRAY['car', 'person', 'bicycle', 'traffic light'])[1 + n % 4], 'box',
               jsonb_build_object('kind', 'box', 'x', random() * 4000, 'y', random() * 3000, 'width', random() * 200, 'height', random() * 200),
               random() * 40000, random() * 4000, random() * 3000, random() * 200, random() * 200, gen_random_uuid()
        FROM labelled l, generate_series(1, 50) n;
        done := done + 200;
        COMMIT;
    END LOOP;
END $$;

-- A project with so many tasks waiting, a hundredth of them skipped by somebody; and a document each for the first.
CREATE PROCEDURE scale_wait(wanted integer) LANGUAGE plpgsql AS $$
DECLARE project uuid := gen_random_uuid();
BEGIN
    INSERT INTO projects (id, workspace_id, name) SELECT project, id, 'waiting ' || wanted FROM workspaces;
    INSERT INTO assets (id, workspace_id, project_id, filename, object_key, status, content_type, size, width, height)
    SELECT gen_random_uuid(), id, project, 'image.jpg', 'image', 'ready', 'image/jpeg', 1000000, 4000, 3000 FROM workspaces;
    INSERT INTO tasks (id, workspace_id, project_id, asset_id, filename)
    SELECT uuidv7(), a.workspace_id, a.project_id, a.id, 'image-' || n || '.jpg' FROM assets a, generate_series(1, wanted) n WHERE a.project_id = project;
    INSERT INTO documents (id, workspace_id, project_id, task_id, lineage)
    SELECT gen_random_uuid(), workspace_id, project_id, id, gen_random_uuid() FROM tasks WHERE project_id = project ORDER BY id LIMIT 100;
    COMMIT;
END $$;
