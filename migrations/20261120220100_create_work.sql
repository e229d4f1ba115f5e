-- What there is to do: customers, projects, batches, images, tasks, and who holds which task.
--
-- Foreign keys look past row-level security. Every table that names a project therefore refers to (workspace_id, project_id)
-- together, and to rows below the project by (project_id, id): a row can never point into another workspace.

CREATE TABLE customers (
    id            uuid PRIMARY KEY,
    workspace_id  uuid NOT NULL REFERENCES workspaces (id),
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    organization  text,
    contact_email text,
    contact_phone text,
    billing_info  jsonb NOT NULL DEFAULT '{}',
    status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'suspended')),
    metadata      jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT customers_name_key UNIQUE (workspace_id, name),
    UNIQUE (workspace_id, id)
);
SELECT tandem.protect_by_workspace('customers');
GRANT SELECT, INSERT, UPDATE ON customers TO tandem_server;

CREATE TABLE projects (
    id                  uuid PRIMARY KEY,
    workspace_id        uuid NOT NULL REFERENCES workspaces (id),
    customer_id         uuid,
    name                text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    description         text NOT NULL DEFAULT '',
    project_type        text NOT NULL DEFAULT 'image' CHECK (project_type IN ('text', 'image', 'video', 'audio', 'multimodal')),
    status              text NOT NULL DEFAULT 'active' CHECK (status IN ('draft', 'active', 'paused', 'completed', 'archived')),
    label_schema        jsonb NOT NULL DEFAULT '{"labels": []}',
    configuration       jsonb NOT NULL DEFAULT '{}',
    default_workflow_id uuid,
    lease_seconds       integer NOT NULL DEFAULT 1800 CHECK (lease_seconds BETWEEN 30 AND 86400),
    -- A task that this many people skipped leaves the queue.
    max_skips           smallint NOT NULL DEFAULT 3 CHECK (max_skips BETWEEN 1 AND 100),
    start_date          date,
    end_date            date,
    metadata            jsonb NOT NULL DEFAULT '{}',
    created_by          uuid REFERENCES users (id),
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT projects_name_key UNIQUE (workspace_id, name),
    UNIQUE (workspace_id, id),
    CONSTRAINT projects_customer_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id)
);
CREATE INDEX projects_customer ON projects (customer_id) WHERE customer_id IS NOT NULL;
SELECT tandem.protect_by_workspace('projects');
GRANT SELECT, INSERT, UPDATE ON projects TO tandem_server;

CREATE TABLE project_members (
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    user_id      uuid NOT NULL,
    role         text NOT NULL CHECK (role IN ('labeler', 'reviewer', 'admin')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, user_id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    -- Leaving the workspace is leaving its projects.
    CONSTRAINT project_members_member_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX project_members_user ON project_members (workspace_id, user_id);
SELECT tandem.protect_by_workspace('project_members');
GRANT SELECT, INSERT, UPDATE, DELETE ON project_members TO tandem_server;

CREATE TABLE batches (
    id            uuid PRIMARY KEY,
    workspace_id  uuid NOT NULL,
    project_id    uuid NOT NULL,
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    description   text NOT NULL DEFAULT '',
    status        text NOT NULL DEFAULT 'created' CHECK (status IN ('created', 'in_progress', 'review', 'completed', 'exported')),
    priority      smallint NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 10),
    quality_score double precision CHECK (quality_score BETWEEN 0 AND 1),
    configuration jsonb NOT NULL DEFAULT '{}',
    metadata      jsonb NOT NULL DEFAULT '{}',
    due_date      timestamptz,
    completed_at  timestamptz,
    created_by    uuid REFERENCES users (id),
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT batches_name_key UNIQUE (project_id, name),
    UNIQUE (project_id, id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id)
);
SELECT tandem.protect_by_workspace('batches');
GRANT SELECT, INSERT, UPDATE ON batches TO tandem_server;

-- One uploaded file. Width, height and the coordinates of every region are those after EXIF orientation.
CREATE TABLE assets (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    filename     text NOT NULL CHECK (char_length(filename) BETWEEN 1 AND 255),
    object_key   text NOT NULL,
    status       text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'ready', 'rejected')),
    reason       text,
    content_type text NOT NULL,
    size         bigint NOT NULL CHECK (size >= 0),
    width        integer CHECK (width > 0),
    height       integer CHECK (height > 0),
    orientation  smallint NOT NULL DEFAULT 1 CHECK (orientation BETWEEN 1 AND 8),
    sha256       bytea,
    metadata     jsonb NOT NULL DEFAULT '{}',
    created_by   uuid REFERENCES users (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (project_id, id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    CHECK (status <> 'ready' OR (width IS NOT NULL AND height IS NOT NULL))
);
SELECT tandem.protect_by_workspace('assets');
GRANT SELECT, INSERT, UPDATE ON assets TO tandem_server;

-- Text columns of tasks that are searched by prefix are COLLATE "C": a prefix is then a plain range (>= and <), and those two
-- operators are leakproof, so that an index is used although row-level security stands before it (LIKE would not be).
CREATE TABLE tasks (
    id                    uuid NOT NULL,
    workspace_id          uuid NOT NULL,
    project_id            uuid NOT NULL,
    batch_id              uuid,
    asset_id              uuid NOT NULL,
    external_id           text COLLATE "C" CHECK (char_length(external_id) BETWEEN 1 AND 255),
    -- A copy of the asset's, which never changes, for the search by name.
    filename              text COLLATE "C" NOT NULL,
    task_type             text NOT NULL DEFAULT 'annotation' CHECK (task_type IN ('annotation', 'review', 'validation', 'consensus')),
    step                  text NOT NULL DEFAULT 'annotate',
    status                text NOT NULL DEFAULT 'pending' CHECK (status IN
                              ('pending', 'assigned', 'in_progress', 'review', 'adjudication', 'completed', 'rejected', 'skipped', 'cancelled')),
    priority              smallint NOT NULL DEFAULT 5 CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 10),
    input                 jsonb NOT NULL DEFAULT '{}',
    workflow_id           uuid,
    machine_state         jsonb,
    previous_state        jsonb,
    state_updated_at      timestamptz,
    attempt_count         integer NOT NULL DEFAULT 0,
    skip_count            integer NOT NULL DEFAULT 0,
    current_annotation_id uuid,
    region_count          integer NOT NULL DEFAULT 0,
    estimated_duration_ms bigint CHECK (estimated_duration_ms >= 0),
    actual_duration_ms    bigint CHECK (actual_duration_ms >= 0),
    metadata              jsonb NOT NULL DEFAULT '{}',
    created_by            uuid REFERENCES users (id),
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    assigned_at           timestamptz,
    started_at            timestamptz,
    submitted_at          timestamptz,
    completed_at          timestamptz,
    due_date              timestamptz,
    PRIMARY KEY (project_id, id),
    CONSTRAINT tasks_external_id_key UNIQUE (project_id, external_id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    CONSTRAINT tasks_batch_fkey FOREIGN KEY (project_id, batch_id) REFERENCES batches (project_id, id),
    CONSTRAINT tasks_asset_fkey FOREIGN KEY (project_id, asset_id) REFERENCES assets (project_id, id)
) PARTITION BY HASH (project_id);

DO $$ BEGIN
    FOR part IN 0..7 LOOP
        EXECUTE format('CREATE TABLE tasks_p%s PARTITION OF tasks FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
        -- Statuses change often; room on the page keeps the new version of the row beside the old one.
        EXECUTE format('ALTER TABLE tasks_p%s SET (fillfactor = 85)', part);
    END LOOP;
END $$;

CREATE INDEX tasks_id ON tasks (id);
-- The queue: what claim_next walks.
CREATE INDEX tasks_queue ON tasks (project_id, priority DESC, id) WHERE status = 'pending';
CREATE INDEX tasks_by_status ON tasks (project_id, status, id);
CREATE INDEX tasks_by_batch ON tasks (project_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX tasks_by_filename ON tasks (project_id, filename);
CREATE INDEX tasks_by_asset ON tasks (project_id, asset_id);
SELECT tandem.protect_by_workspace('tasks');
GRANT SELECT, INSERT, UPDATE ON tasks TO tandem_server;

-- How many tasks of a project or batch are where. A scope (the id of either) has several rows whose sum counts: a writer takes
-- one that nobody else has locked, or adds one, so that writers never wait for one another, not even for a long import's
-- transaction. There are as many rows as there ever were writers at one moment, so reading is cheap whatever the number of tasks.
CREATE TABLE task_counters (
    scope_id     uuid NOT NULL,
    shard        uuid NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    pending      bigint NOT NULL DEFAULT 0,
    in_progress  bigint NOT NULL DEFAULT 0,
    completed    bigint NOT NULL DEFAULT 0,
    skipped      bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (scope_id, shard),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id)
) WITH (fillfactor = 50);
SELECT tandem.protect_by_workspace('task_counters');
GRANT SELECT, INSERT, UPDATE ON task_counters TO tandem_server;

-- Which number of `Progress` a status counts in; a cancelled task counts nowhere.
CREATE FUNCTION tandem.progress_bucket(status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN status = 'pending' THEN 'pending'
        WHEN status IN ('assigned', 'in_progress') THEN 'in_progress'
        WHEN status IN ('review', 'adjudication', 'completed', 'rejected') THEN 'completed'
        WHEN status = 'skipped' THEN 'skipped'
    END
$$;
GRANT EXECUTE ON FUNCTION tandem.progress_bucket(text) TO tandem_server;

-- Adds to the counters of one scope.
CREATE FUNCTION tandem.add_to_counters(workspace uuid, project uuid, scope uuid,
                                       d_pending bigint, d_in_progress bigint, d_completed bigint, d_skipped bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.task_counters c
    SET pending = c.pending + d_pending, in_progress = c.in_progress + d_in_progress,
        completed = c.completed + d_completed, skipped = c.skipped + d_skipped
    WHERE c.scope_id = scope
      AND c.shard = (SELECT f.shard FROM public.task_counters f WHERE f.scope_id = scope LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO public.task_counters (workspace_id, project_id, scope_id, pending, in_progress, completed, skipped)
        VALUES (workspace, project, scope, d_pending, d_in_progress, d_completed, d_skipped);
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION tandem.add_to_counters(uuid, uuid, uuid, bigint, bigint, bigint, bigint) TO tandem_server;

-- Keep task_counters true. Triggers, not a duty of every query: whatever changes a task's status, the counters follow in the
-- same transaction. They run once a statement, so a bulk insert of a thousand tasks is one change of the counters.
CREATE FUNCTION tandem.count_new_tasks() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tandem.add_to_counters(workspace_id, project_id, scope, pending, in_progress, completed, skipped)
    FROM (
        SELECT workspace_id, project_id, scope,
               count(*) FILTER (WHERE bucket = 'pending') AS pending, count(*) FILTER (WHERE bucket = 'in_progress') AS in_progress,
               count(*) FILTER (WHERE bucket = 'completed') AS completed, count(*) FILTER (WHERE bucket = 'skipped') AS skipped
        FROM (SELECT n.*, tandem.progress_bucket(n.status) AS bucket, s.scope
              FROM new_rows n CROSS JOIN LATERAL unnest(ARRAY[n.project_id, n.batch_id]) AS s (scope)
              WHERE s.scope IS NOT NULL) scoped
        GROUP BY workspace_id, project_id, scope
    ) delta
    WHERE pending + in_progress + completed + skipped > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION tandem.count_changed_tasks() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tandem.add_to_counters(workspace_id, project_id, scope, pending, in_progress, completed, skipped)
    FROM (
        SELECT workspace_id, project_id, scope,
               coalesce(sum(n) FILTER (WHERE bucket = 'pending'), 0) AS pending,
               coalesce(sum(n) FILTER (WHERE bucket = 'in_progress'), 0) AS in_progress,
               coalesce(sum(n) FILTER (WHERE bucket = 'completed'), 0) AS completed,
               coalesce(sum(n) FILTER (WHERE bucket = 'skipped'), 0) AS skipped
        FROM (SELECT c.workspace_id, c.project_id, s.scope, tandem.progress_bucket(c.status) AS bucket, c.n
              FROM (SELECT workspace_id, project_id, batch_id, status, 1 AS n FROM new_rows
                    UNION ALL
                    SELECT workspace_id, project_id, batch_id, status, -1 FROM old_rows) c
              CROSS JOIN LATERAL unnest(ARRAY[c.project_id, c.batch_id]) AS s (scope)
              WHERE s.scope IS NOT NULL) scoped
        GROUP BY workspace_id, project_id, scope
    ) delta
    WHERE pending <> 0 OR in_progress <> 0 OR completed <> 0 OR skipped <> 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER count_new AFTER INSERT ON tasks REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tandem.count_new_tasks();
CREATE TRIGGER count_changed AFTER UPDATE ON tasks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tandem.count_changed_tasks();

-- One sequence for every lease ever given, whatever the task: a newer lease always carries a greater token.
CREATE SEQUENCE tandem.fencing_token AS bigint;
GRANT USAGE ON SEQUENCE tandem.fencing_token TO tandem_server;

-- Leases. Rows are history once `ended_at` is set.
CREATE TABLE assignments (
    id             uuid PRIMARY KEY,
    workspace_id   uuid NOT NULL,
    project_id     uuid NOT NULL,
    task_id        uuid NOT NULL,
    step           text NOT NULL DEFAULT 'annotate',
    -- Which of several parallel pieces of work on the task-step; 0 while a step wants one.
    slot           smallint NOT NULL DEFAULT 0,
    user_id        uuid NOT NULL REFERENCES users (id),
    workflow_stage text NOT NULL DEFAULT 'annotation' CHECK (workflow_stage IN ('annotation', 'review', 'validation', 'consensus')),
    method         text NOT NULL DEFAULT 'automatic' CHECK (method IN ('automatic', 'manual', 'claimed')),
    status         text NOT NULL DEFAULT 'assigned' CHECK (status IN
                       ('assigned', 'accepted', 'submitted', 'skipped', 'released', 'expired', 'reassigned')),
    fencing_token  bigint NOT NULL DEFAULT nextval('tandem.fencing_token'),
    reason         text CHECK (char_length(reason) BETWEEN 1 AND 500),
    time_spent_ms  bigint CHECK (time_spent_ms >= 0),
    metadata       jsonb NOT NULL DEFAULT '{}',
    assigned_at    timestamptz NOT NULL DEFAULT now(),
    accepted_at    timestamptz,
    expires_at     timestamptz NOT NULL,
    submitted_at   timestamptz,
    ended_at       timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT assignments_fencing_token_key UNIQUE (fencing_token),
    UNIQUE (project_id, id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id),
    CHECK ((ended_at IS NULL) = (status IN ('assigned', 'accepted')))
) WITH (fillfactor = 85);

-- One task-step-slot, one holder: the last word, whatever the code above it believes.
CREATE UNIQUE INDEX assignments_one_active ON assignments (task_id, step, slot) WHERE ended_at IS NULL;
CREATE INDEX assignments_active_by_user ON assignments (user_id, project_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_due ON assignments (expires_at) WHERE ended_at IS NULL;
CREATE INDEX assignments_task_user ON assignments (task_id, user_id);
SELECT tandem.protect_by_workspace('assignments');
-- The timer sees which leases run out, and nothing else of them.
CREATE POLICY system_due ON assignments FOR SELECT TO tandem_system USING (ended_at IS NULL);
GRANT SELECT, INSERT, UPDATE ON assignments TO tandem_server;
GRANT SELECT (id, workspace_id, project_id, task_id, user_id, expires_at, ended_at) ON assignments TO tandem_system;
