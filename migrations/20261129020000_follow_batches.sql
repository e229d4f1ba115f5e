-- A batch's own machine: the parent of its tasks' (their snapshots are `tasks.machine_state`), which follows how far they are.
CREATE TABLE workflow_instances (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    batch_id     uuid NOT NULL,
    -- The workflow that was active when the first of its tasks came; null: the project had none.
    workflow_id  uuid,
    status       text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'completed')),
    snapshot     jsonb NOT NULL,
    -- Children as the machine was last told: all, those somebody or something has begun, those that are done.
    total        bigint NOT NULL CHECK (total >= 0),
    begun        bigint NOT NULL CHECK (begun >= 0),
    done         bigint NOT NULL CHECK (done >= 0),
    started_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    CONSTRAINT workflow_instances_of_batch UNIQUE (project_id, batch_id),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, batch_id) REFERENCES batches (project_id, id),
    FOREIGN KEY (project_id, workflow_id) REFERENCES workflows (project_id, id)
);
SELECT tandem.protect_by_workspace('workflow_instances');
GRANT SELECT, INSERT, UPDATE ON workflow_instances TO tandem_server;

-- Its steps are recorded beside those of tasks.
ALTER TABLE state_transitions ADD COLUMN batch_id uuid;
ALTER TABLE state_transitions ALTER COLUMN task_id DROP NOT NULL;
ALTER TABLE state_transitions ALTER COLUMN workflow_id DROP NOT NULL;
ALTER TABLE state_transitions ADD CONSTRAINT state_transitions_of_one CHECK (num_nonnulls(task_id, batch_id) = 1);
CREATE INDEX state_transitions_batch ON state_transitions (batch_id, occurred_at, id) WHERE batch_id IS NOT NULL;

-- Any node finds the batches whose tasks have moved since.
CREATE POLICY system_follows ON batches FOR SELECT TO tandem_system USING (true);
GRANT SELECT (id, workspace_id, project_id) ON batches TO tandem_system;
CREATE POLICY system_follows ON task_counters FOR SELECT TO tandem_system USING (true);
GRANT SELECT (scope_id, pending, in_progress, completed, skipped) ON task_counters TO tandem_system;
CREATE POLICY system_follows ON workflow_instances FOR SELECT TO tandem_system USING (true);
GRANT SELECT (project_id, batch_id, total, begun, done) ON workflow_instances TO tandem_system;
