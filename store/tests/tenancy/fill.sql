-- One row at least in every table for both workspaces of the seed, written by the superuser. All ids of workspace a contain
-- "-8000-000a", all of b "-8000-000b": a text with b's mark is a leak.
DO $$
DECLARE
    mark text;
    letter text;
    ws uuid; labeler uuid; project uuid; task uuid; lease uuid; annotation uuid; document uuid;
BEGIN
    FOREACH letter IN ARRAY ARRAY['a', 'b'] LOOP
        mark := '01900000-0000-7000-8000-000' || letter || '0000';
        ws := (mark || '0000')::uuid; labeler := (mark || '0003')::uuid; project := (mark || '0010')::uuid;
        task := (mark || '0040')::uuid; lease := (mark || '0050')::uuid; annotation := (mark || '0060')::uuid; document := (mark || '0070')::uuid;

        INSERT INTO customers (id, workspace_id, name) VALUES ((mark || '0080')::uuid, ws, 'Customer of ' || ws);
        INSERT INTO assignments (id, workspace_id, project_id, task_id, user_id, expires_at, reason)
        VALUES (lease, ws, project, task, labeler, now() + interval '1 hour', 'of ' || ws);
        UPDATE tasks SET status = 'assigned' WHERE id = task;
        INSERT INTO annotations (id, workspace_id, project_id, task_id, user_id, assignment_id, data)
        VALUES (annotation, ws, project, task, labeler, lease, jsonb_build_object('regions', '[]'::jsonb, 'of', ws));
        INSERT INTO regions (project_id, annotation_id, id, workspace_id, task_id, label, kind, geometry, area, x, y, width, height)
        VALUES (project, annotation, (mark || '0061')::uuid, ws, task, 'cat', 'box', '{}', 1, 1, 1, 1, 1);
        INSERT INTO annotation_events (id, workspace_id, project_id, task_id, step, annotation_id, event_type, snapshot, actor_id, actor_type)
        VALUES ((mark || '0062')::uuid, ws, project, task, 'annotate', annotation, 'submitted', '{}', labeler, 'user');
        INSERT INTO documents (id, workspace_id, project_id, task_id, lineage) VALUES (document, ws, project, task, (mark || '0071')::uuid);
        INSERT INTO document_updates (document_id, workspace_id, author_id, payload) VALUES (document, ws, labeler, convert_to(ws::text, 'UTF8'));
        INSERT INTO document_snapshots (document_id, workspace_id, upto_seq, payload) VALUES (document, ws, 0, convert_to(ws::text, 'UTF8'));
        INSERT INTO document_checkpoints (id, workspace_id, document_id, reason, region_count, added, changed, removed, payload)
        VALUES ((mark || '0072')::uuid, ws, document, 'manual', 0, 0, 0, 0, convert_to(ws::text, 'UTF8'));
        INSERT INTO outbox (workspace_id, project_id, topic, payload) VALUES (ws, project, 'x', jsonb_build_object('of', ws));
        INSERT INTO audit_log (id, workspace_id, project_id, actor_id, actor_type, action, entity_type)
        VALUES ((mark || '0063')::uuid, ws, project, labeler, 'user', 'x', 'x');
        INSERT INTO idempotency_keys (workspace_id, user_id, key, request_hash, response) VALUES (ws, labeler, 'key of ' || ws, '', '{}');
        INSERT INTO workflows (id, workspace_id, project_id, key, version, name, form)
        VALUES ((mark || '0090')::uuid, ws, project, 'of', 1, 'of ' || ws, json_build_object('of', ws));
        INSERT INTO layouts (id, workspace_id, project_id, series, version, name, source)
        VALUES ((mark || '0095')::uuid, ws, project, (mark || '0095')::uuid, 1, 'of ' || ws, 'of ' || ws);
        INSERT INTO layout_uses (project_id, step, kind, workspace_id, layout_id) VALUES (project, 'of ' || ws, '', ws, (mark || '0095')::uuid);
        INSERT INTO task_timers (project_id, task_id, timer, workspace_id, due) VALUES (project, task, 1, ws, now() + interval '1 day');
        INSERT INTO task_calls (project_id, task_id, step, workspace_id, kind, input)
        VALUES (project, task, 'x', ws, 'webhook', jsonb_build_object('of', ws));
        INSERT INTO state_transitions (id, workspace_id, project_id, task_id, workflow_id, event, to_state, actor_type, trigger)
        VALUES ((mark || '0091')::uuid, ws, project, task, (mark || '0090')::uuid, 'x', to_jsonb('of ' || ws), 'system', 'x');
        INSERT INTO workflow_instances (id, workspace_id, project_id, batch_id, snapshot, total, begun, done)
        VALUES ((mark || '0092')::uuid, ws, project, (mark || '0020')::uuid, jsonb_build_object('of', ws), 3, 0, 0);
        INSERT INTO jobs (id, workspace_id, project_id, kind, input, created_by)
        VALUES ((mark || '0093')::uuid, ws, project, 'export', jsonb_build_object('of', ws), labeler);
        INSERT INTO job_files (id, workspace_id, project_id, job_id, filename, content_type, size, object_key, expires_at)
        VALUES ((mark || '0094')::uuid, ws, project, (mark || '0093')::uuid, 'of ' || ws, 'x/x', 1, 'of ' || ws, now() + interval '1 day');
        INSERT INTO notifications (id, workspace_id, user_id, project_id, task_id, kind, from_user, thread, comment, excerpt)
        VALUES ((mark || '0096')::uuid, ws, labeler, project, task, 'mention', labeler, 'x', 'x', 'of ' || ws);
        INSERT INTO task_notes (id, workspace_id, project_id, task_id, author_id, text)
        VALUES ((mark || '0098')::uuid, ws, project, task, labeler, 'of ' || ws);
        INSERT INTO models (id, workspace_id, name, encoder_size, decoder_size, created_by)
        VALUES ((mark || '0097')::uuid, ws, 'of ' || ws, 1, 1, labeler);
        INSERT INTO preferences (workspace_id, user_id, values) VALUES (ws, labeler, jsonb_build_object('of', ws));
        INSERT INTO member_skills (workspace_id, user_id, skill, level) VALUES (ws, labeler, 'of ' || ws, 'novice');
        INSERT INTO session_revocations (workspace_id, user_id, valid_after) VALUES (ws, labeler, now());
    END LOOP;
END $$;
ANALYZE;
