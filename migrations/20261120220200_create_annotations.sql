-- The product: what people drew, version by version, and its history.

-- `data` holds the regions whole ({"regions": [...]}), so that reading, exporting and superseding an annotation touch one row.
CREATE TABLE annotations (
    id                   uuid NOT NULL,
    workspace_id         uuid NOT NULL,
    project_id           uuid NOT NULL,
    task_id              uuid NOT NULL,
    step                 text NOT NULL DEFAULT 'annotate',
    user_id              uuid REFERENCES users (id),
    assignment_id        uuid,
    version              integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    parent_id            uuid,
    status               text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'approved', 'rejected', 'superseded')),
    source               text NOT NULL DEFAULT 'human' CHECK (source IN ('human', 'import')),
    is_final             boolean NOT NULL DEFAULT false,
    data                 jsonb NOT NULL,
    region_count         integer NOT NULL DEFAULT 0 CHECK (region_count >= 0),
    confidence           double precision CHECK (confidence BETWEEN 0 AND 1),
    quality_score        double precision CHECK (quality_score BETWEEN 0 AND 1),
    quality_evaluated_at timestamptz,
    time_spent_ms        bigint CHECK (time_spent_ms >= 0),
    tool_version         text,
    client_metadata      jsonb,
    metadata             jsonb NOT NULL DEFAULT '{}',
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    submitted_at         timestamptz,
    PRIMARY KEY (project_id, id),
    CONSTRAINT annotations_version_key UNIQUE (project_id, task_id, step, version),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id),
    FOREIGN KEY (project_id, assignment_id) REFERENCES assignments (project_id, id),
    FOREIGN KEY (project_id, parent_id) REFERENCES annotations (project_id, id)
) PARTITION BY HASH (project_id);

-- One row a shape of the newest version: for questions by class and geometry across tasks. Superseded versions keep theirs in
-- `annotations.data`. The author is what the live document says, so it is no foreign key.
CREATE TABLE regions (
    project_id    uuid NOT NULL,
    annotation_id uuid NOT NULL,
    id            uuid NOT NULL,
    workspace_id  uuid NOT NULL,
    task_id       uuid NOT NULL,
    label         text COLLATE "C" NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    geometry      jsonb NOT NULL,
    attributes    jsonb NOT NULL DEFAULT '{}',
    area          double precision NOT NULL,
    x             double precision NOT NULL,
    y             double precision NOT NULL,
    width         double precision NOT NULL,
    height        double precision NOT NULL,
    author_id     uuid,
    z             integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, annotation_id, id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, annotation_id) REFERENCES annotations (project_id, id) ON DELETE CASCADE
) PARTITION BY HASH (project_id);

DO $$ BEGIN
    FOR part IN 0..7 LOOP
        EXECUTE format('CREATE TABLE annotations_p%s PARTITION OF annotations FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
        EXECUTE format('CREATE TABLE regions_p%s PARTITION OF regions FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
    END LOOP;
END $$;

CREATE INDEX annotations_id ON annotations (id);
CREATE INDEX annotations_by_user ON annotations (user_id, submitted_at DESC);
CREATE INDEX annotations_by_status ON annotations (project_id, status, submitted_at DESC);
CREATE INDEX regions_by_label ON regions (project_id, label, annotation_id, id);
CREATE INDEX regions_by_kind ON regions (project_id, kind, annotation_id, id);
SELECT tandem.protect_by_workspace('annotations');
SELECT tandem.protect_by_workspace('regions');
GRANT SELECT, INSERT, UPDATE ON annotations TO tandem_server;
GRANT SELECT, INSERT, DELETE ON regions TO tandem_server;

-- Every change of an annotation, whole, for good: nobody may update or delete a row. Kept by month; no foreign keys, because
-- history outlives what it tells of.
CREATE TABLE annotation_events (
    id            uuid NOT NULL,
    occurred_at   timestamptz NOT NULL DEFAULT now(),
    workspace_id  uuid NOT NULL,
    project_id    uuid NOT NULL,
    task_id       uuid NOT NULL,
    step          text NOT NULL,
    annotation_id uuid NOT NULL,
    event_type    text NOT NULL,
    snapshot      jsonb NOT NULL,
    changes       jsonb NOT NULL DEFAULT '{}',
    actor_id      uuid,
    actor_type    text NOT NULL CHECK (actor_type IN ('user', 'system', 'api')),
    request_id    text,
    ip_address    inet,
    user_agent    text,
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX annotation_events_task ON annotation_events (task_id, occurred_at);
CREATE INDEX annotation_events_annotation ON annotation_events (annotation_id, occurred_at);
CREATE INDEX annotation_events_actor ON annotation_events (actor_id, occurred_at DESC);
SELECT tandem.protect_by_workspace('annotation_events');
GRANT SELECT, INSERT ON annotation_events TO tandem_server;
