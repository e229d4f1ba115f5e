-- Work that takes a while and runs by itself: imports, exports, and what comes later. A row is a job; which kinds there are the program knows, and a
-- node takes only jobs of kinds it knows.
CREATE TABLE jobs (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    kind         text NOT NULL CHECK (kind ~ '^[a-z][a-z_]{0,49}$'),
    state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    input        jsonb NOT NULL,
    -- What it is about, for people: the name of what was uploaded.
    subject      text CHECK (char_length(subject) <= 255),
    result       jsonb,
    -- Why it failed; of an open job, why the attempt before did.
    error        text CHECK (char_length(error) <= 2000),
    -- What it is at, and how far. A total of 0: not known yet.
    phase        text CHECK (char_length(phase) <= 50),
    done         bigint NOT NULL DEFAULT 0 CHECK (done >= 0),
    total        bigint NOT NULL DEFAULT 0 CHECK (total >= 0),
    attempt      integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- Raised with each attempt. Whoever works on it shows the one it was given with each thing it writes.
    token        bigint NOT NULL DEFAULT 0,
    node         uuid,
    heartbeat_at timestamptz,
    -- Queued: not to be begun before. Running: whoever works on it is taken for dead from then on.
    due          timestamptz DEFAULT now(),
    cancel_requested_at timestamptz,
    created_by   uuid REFERENCES users (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    ended_at     timestamptz,
    UNIQUE (project_id, id),
    CHECK ((state IN ('queued', 'running')) = (due IS NOT NULL)),
    CHECK ((state IN ('queued', 'running')) = (ended_at IS NULL)),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id)
);
CREATE INDEX jobs_of_project ON jobs (project_id, id DESC);
-- What those who watch a project are told: jobs that are open, and those that ended a moment ago, however many ended before.
CREATE INDEX jobs_open ON jobs (project_id) WHERE due IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (project_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX jobs_due ON jobs (due) WHERE due IS NOT NULL;
SELECT tandem.protect_by_workspace('jobs');
GRANT SELECT, INSERT, UPDATE ON jobs TO tandem_server;
-- Any node finds what is due, of all workspaces.
CREATE POLICY system_due ON jobs FOR SELECT TO tandem_system USING (due IS NOT NULL);
GRANT SELECT (id, workspace_id, kind, state, due) ON jobs TO tandem_system;

-- What jobs read and write: uploads for an import, the files of exports. The bytes are in the object storage.
CREATE TABLE job_files (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    -- The job that made it; null: somebody uploads it.
    job_id       uuid,
    filename     text NOT NULL CHECK (char_length(filename) BETWEEN 1 AND 255),
    content_type text NOT NULL,
    -- Bytes; of an upload, as they were announced.
    size         bigint NOT NULL CHECK (size >= 0),
    object_key   text NOT NULL,
    created_by   uuid REFERENCES users (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Deleted some time after, bytes and row.
    expires_at   timestamptz NOT NULL,
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, job_id) REFERENCES jobs (project_id, id)
);
CREATE INDEX job_files_of_job ON job_files (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX job_files_expired ON job_files (expires_at);
SELECT tandem.protect_by_workspace('job_files');
GRANT SELECT, INSERT, UPDATE, DELETE ON job_files TO tandem_server;
CREATE POLICY system_due ON job_files FOR SELECT TO tandem_system USING (true);
GRANT SELECT (id, workspace_id, expires_at) ON job_files TO tandem_system;
