-- Workflows, the steps of tasks that wait for people, and what becomes of a task on its way.
--
-- Every task waits in `task_steps`, whether its project has a workflow or not: one row a step that is open, gone when the step closes. It
-- is the queue, and the place where "exactly N answers" is decided: see `assignments` below.

-- A version of a workflow. What it says may change while it is a draft and never after: tasks stay on their version.
CREATE TABLE workflows (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    -- What all versions of one workflow share: the `id` in its form.
    key          text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 100),
    version      integer NOT NULL CHECK (version >= 1),
    name         text NOT NULL CHECK (char_length(name) <= 200),
    status       text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'retired')),
    -- json, not jsonb: the order of keys has a meaning (docs/workflows.md).
    form         json NOT NULL,
    created_by   uuid REFERENCES users (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    UNIQUE (project_id, id),
    CONSTRAINT workflows_version_key UNIQUE (project_id, key, version),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    CHECK ((status = 'draft') = (activated_at IS NULL))
);
-- New tasks of a project begin on this one.
CREATE UNIQUE INDEX workflows_one_active ON workflows (project_id) WHERE status = 'active';
SELECT tandem.protect_by_workspace('workflows');
GRANT SELECT, INSERT, UPDATE ON workflows TO tandem_server;

CREATE FUNCTION tandem.keep_workflow() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (NEW.form::text, NEW.key, NEW.version, NEW.name) IS DISTINCT FROM (OLD.form::text, OLD.key, OLD.version, OLD.name) THEN
        RAISE EXCEPTION 'version % of workflow % is in use and does not change', OLD.version, OLD.key
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF OLD.status <> 'draft' AND NEW.status = 'draft' THEN
        RAISE EXCEPTION 'a workflow that was active is never a draft again' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep BEFORE UPDATE ON workflows FOR EACH ROW EXECUTE FUNCTION tandem.keep_workflow();

-- Where a task stands is `tasks.machine_state`; null with a workflow: it has not begun yet.
ALTER TABLE tasks ADD COLUMN hold_reason text;
-- The document that visitors are shown who have no lease.
ALTER TABLE tasks ADD COLUMN document_scope text COLLATE "C" NOT NULL DEFAULT 'annotate';
ALTER TABLE tasks ADD CONSTRAINT tasks_workflow_fkey FOREIGN KEY (project_id, workflow_id) REFERENCES workflows (project_id, id);
CREATE INDEX tasks_by_workflow ON tasks (workflow_id, id) WHERE workflow_id IS NOT NULL;
CREATE INDEX tasks_not_begun ON tasks (project_id, id) WHERE workflow_id IS NOT NULL AND machine_state IS NULL AND status = 'pending';
CREATE INDEX tasks_held ON tasks (project_id, id) WHERE hold_reason IS NOT NULL;

-- The steps of tasks that are open.
CREATE TABLE task_steps (
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    step         text COLLATE "C" NOT NULL CHECK (char_length(step) BETWEEN 1 AND 100),
    workspace_id uuid NOT NULL,
    kind         text NOT NULL DEFAULT 'annotation' CHECK (kind IN ('annotation', 'review', 'adjudication')),
    -- How many people answer, each in a slot of their own.
    needed       smallint NOT NULL DEFAULT 1 CHECK (needed BETWEEN 1 AND 100),
    -- Slots that nobody has and nobody has answered: kept by the triggers of `assignments`.
    free         smallint NOT NULL DEFAULT 1 CHECK (free BETWEEN 0 AND needed),
    -- Raised each time the step is opened anew: answers of before do not count.
    round        integer NOT NULL DEFAULT 1,
    -- Of the task.
    priority     smallint NOT NULL DEFAULT 5,
    -- Offered to nobody else until then: rework that goes back to its author, an offer.
    reserved_for uuid,
    -- Null: for good.
    reserved_until timestamptz,
    -- pool: people take it. auto: the server gives it to somebody, and to whoever asks. hybrid: offered to somebody first (reserved_for).
    -- manual: only an admin gives it.
    mode         text NOT NULL DEFAULT 'pool' CHECK (mode IN ('pool', 'auto', 'hybrid', 'manual')),
    -- The document that is looked at, where it is not the step's own: a review's.
    scope        text COLLATE "C" CHECK (char_length(scope) BETWEEN 1 AND 120),
    -- How long a lease lasts; the project's, where none is said.
    lease_seconds integer CHECK (lease_seconds BETWEEN 30 AND 86400),
    -- Skipped by enough people: nobody takes it before.
    rests_until  timestamptz,
    opened_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, task_id, step),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id)
) PARTITION BY HASH (project_id);
DO $$ BEGIN
    FOR part IN 0..7 LOOP
        EXECUTE format('CREATE TABLE task_steps_p%s PARTITION OF task_steps FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
        EXECUTE format('ALTER TABLE task_steps_p%s SET (fillfactor = 85)', part);
    END LOOP;
END $$;
-- The queue: what claim_next walks, step by step, front to back.
CREATE INDEX task_steps_queue ON task_steps (project_id, step, priority DESC, task_id) WHERE free > 0;
-- What was kept for a person.
CREATE INDEX task_steps_reserved ON task_steps (project_id, reserved_for, step) WHERE reserved_for IS NOT NULL AND free > 0;
-- What the server has to find somebody for.
CREATE INDEX task_steps_to_push ON task_steps (project_id, priority DESC, task_id) WHERE free > 0 AND mode IN ('auto', 'hybrid');
SELECT tandem.protect_by_workspace('task_steps');
GRANT SELECT, INSERT, UPDATE, DELETE ON task_steps TO tandem_server;

-- A lease has a slot of a round of a step. Two indexes are the last word on "exactly N answers by N people": a slot has one holder or
-- one answer, and a person has one of a step's slots.
ALTER TABLE assignments ADD COLUMN round integer NOT NULL DEFAULT 1;
-- The document that is worked on: the step's, one of the step's where several people answer without seeing one another, or the one under
-- review.
ALTER TABLE assignments ADD COLUMN scope text COLLATE "C" NOT NULL DEFAULT 'annotate';
ALTER TABLE assignments DROP CONSTRAINT assignments_workflow_stage_check;
ALTER TABLE assignments ADD CONSTRAINT assignments_workflow_stage_check
    CHECK (workflow_stage IN ('annotation', 'review', 'adjudication', 'validation', 'consensus'));
ALTER TABLE assignments DROP CONSTRAINT assignments_method_check;
ALTER TABLE assignments ADD CONSTRAINT assignments_method_check
    CHECK (method IN ('automatic', 'manual', 'claimed', 'pushed', 'handed_over'));
CREATE UNIQUE INDEX assignments_one_answer ON assignments (task_id, step, round, slot) WHERE status IN ('assigned', 'accepted', 'submitted');
CREATE UNIQUE INDEX assignments_one_slot_each ON assignments (task_id, step, round, user_id) WHERE status IN ('assigned', 'accepted', 'submitted');
ALTER TABLE annotations ADD COLUMN slot smallint NOT NULL DEFAULT 0;
ALTER TABLE annotations ADD COLUMN round integer NOT NULL DEFAULT 1;
-- What became of it in review.
ALTER TABLE annotations ADD COLUMN decision_reason text;

-- Free slots follow leases in the same transaction, whoever changes them: also a program of before this schema.
CREATE FUNCTION tandem.count_slots() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP = 'UPDATE' AND OLD.status IN ('assigned', 'accepted', 'submitted');
    is_taken boolean := NEW.status IN ('assigned', 'accepted', 'submitted');
BEGIN
    IF was <> is_taken THEN
        UPDATE public.task_steps
        SET free = free + CASE WHEN is_taken THEN -1 ELSE 1 END
        WHERE project_id = NEW.project_id AND task_id = NEW.task_id AND step = NEW.step AND round = NEW.round;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_slots AFTER INSERT OR UPDATE OF status ON assignments FOR EACH ROW EXECUTE FUNCTION tandem.count_slots();

-- A task of a project without a workflow waits for one person from the beginning.
CREATE FUNCTION tandem.open_new_tasks() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.task_steps (project_id, task_id, step, workspace_id, priority)
    SELECT project_id, id, step, workspace_id, priority FROM new_rows WHERE workflow_id IS NULL AND status = 'pending';
    RETURN NULL;
END
$$;
CREATE TRIGGER open_new AFTER INSERT ON tasks REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tandem.open_new_tasks();

-- The queue of before, lifted over. Row-level security is forced on the owner too, so it is lifted for these rows and put back.
ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE assignments NO FORCE ROW LEVEL SECURITY;
ALTER TABLE task_steps NO FORCE ROW LEVEL SECURITY;
INSERT INTO task_steps (project_id, task_id, step, workspace_id, priority, free)
SELECT t.project_id, t.id, t.step, t.workspace_id, t.priority,
       CASE WHEN EXISTS (SELECT FROM assignments a WHERE a.task_id = t.id AND a.step = t.step AND a.status IN ('assigned', 'accepted', 'submitted'))
            THEN 0 ELSE 1 END
FROM tasks t WHERE t.status IN ('pending', 'assigned', 'in_progress');
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
ALTER TABLE assignments FORCE ROW LEVEL SECURITY;
ALTER TABLE task_steps FORCE ROW LEVEL SECURITY;

-- Work in review is not done yet.
CREATE OR REPLACE FUNCTION tandem.progress_bucket(status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN status = 'pending' THEN 'pending'
        WHEN status IN ('assigned', 'in_progress', 'review', 'adjudication') THEN 'in_progress'
        WHEN status IN ('completed', 'rejected') THEN 'completed'
        WHEN status = 'skipped' THEN 'skipped'
    END
$$;

-- What falls due: `after` delays and timeouts of tasks. A machine ignores a timer that was cancelled or has fired, so giving one twice is
-- giving it once.
CREATE TABLE task_timers (
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    timer        bigint NOT NULL,
    workspace_id uuid NOT NULL,
    due          timestamptz NOT NULL,
    -- It failed this often; the next attempt is later each time, and its error is with the task.
    attempts     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, task_id, timer),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id)
);
CREATE INDEX task_timers_due ON task_timers (due);
SELECT tandem.protect_by_workspace('task_timers');
CREATE POLICY system_due ON task_timers FOR SELECT TO tandem_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON task_timers TO tandem_server;
GRANT SELECT (project_id, task_id, timer, workspace_id, due) ON task_timers TO tandem_system;

-- What a step runs outside: a webhook, a model, an agent, a plugin. Kept until its end was told to the machine.
CREATE TABLE task_calls (
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    -- Of the machine's child; as a step has one call at a time, its step.
    step         text COLLATE "C" NOT NULL,
    workspace_id uuid NOT NULL,
    kind         text NOT NULL,
    input        jsonb NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    -- Not before; null: it waits for somebody outside to answer.
    due          timestamptz,
    -- Which node runs it, until when the others leave it alone.
    leased_until timestamptz,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, task_id, step),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id)
);
CREATE INDEX task_calls_due ON task_calls (due) WHERE due IS NOT NULL;
SELECT tandem.protect_by_workspace('task_calls');
CREATE POLICY system_due ON task_calls FOR SELECT TO tandem_system USING (due IS NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON task_calls TO tandem_server;
GRANT SELECT (project_id, task_id, step, workspace_id, due, leased_until) ON task_calls TO tandem_system;

-- Every step a task took, for good. By month; no foreign keys, because history outlives what it tells of.
CREATE TABLE state_transitions (
    id           uuid NOT NULL,
    occurred_at  timestamptz NOT NULL DEFAULT now(),
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    workflow_id  uuid NOT NULL,
    event        text NOT NULL,
    from_state   jsonb,
    to_state     jsonb NOT NULL,
    -- What it came from, whole, so that an admin can go back.
    from_snapshot jsonb,
    guards       jsonb NOT NULL DEFAULT '[]',
    actions      jsonb NOT NULL DEFAULT '[]',
    -- How long the task stood where it was.
    duration_ms  bigint,
    actor_id     uuid,
    actor_type   text NOT NULL CHECK (actor_type IN ('user', 'system', 'api')),
    -- What set it off: an answer, a decision, a timer, an admin, a program.
    trigger      text NOT NULL,
    reason       text,
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX state_transitions_task ON state_transitions (task_id, occurred_at, id);
SELECT tandem.protect_by_workspace('state_transitions');
GRANT SELECT, INSERT ON state_transitions TO tandem_server;

-- As before, with one more table.
CREATE OR REPLACE FUNCTION tandem.ensure_partitions(ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    parent text;
    start  timestamptz;
    part   text;
    made   integer := 0;
BEGIN
    IF ahead NOT BETWEEN 0 AND 36 THEN
        RAISE EXCEPTION 'months ahead must be 0 to 36, not %', ahead USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('tandem.ensure_partitions'));
    FOREACH parent IN ARRAY ARRAY['annotation_events', 'audit_log', 'state_transitions'] LOOP
        FOR step IN 0..ahead LOOP
            start := date_trunc('month', now()) + make_interval(months => step);
            part := parent || to_char(start, '_YYYY_MM');
            CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                           parent, part, start, start + interval '1 month');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
SELECT tandem.ensure_partitions(6);

-- The timer looks for tasks that a workflow has not begun with.
CREATE POLICY system_begins ON tasks FOR SELECT TO tandem_system USING (workflow_id IS NOT NULL AND machine_state IS NULL AND status = 'pending');
GRANT SELECT (id, workspace_id, project_id, workflow_id, machine_state, status) ON tasks TO tandem_system;
-- And for what it has to find somebody for.
CREATE POLICY system_pushes ON task_steps FOR SELECT TO tandem_system USING (free > 0 AND mode IN ('auto', 'hybrid'));
GRANT SELECT (project_id, workspace_id, free, mode, reserved_for, reserved_until) ON task_steps TO tandem_system;

-- What decides who may work on what (domain/src/assignment).
CREATE TABLE member_skills (
    workspace_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    skill        text NOT NULL CHECK (char_length(skill) BETWEEN 1 AND 100),
    level        text NOT NULL CHECK (level IN ('novice', 'intermediate', 'advanced', 'expert')),
    expires_at   timestamptz,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id, skill),
    FOREIGN KEY (workspace_id, user_id) REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
SELECT tandem.protect_by_workspace('member_skills');
GRANT SELECT, INSERT, UPDATE, DELETE ON member_skills TO tandem_server;
ALTER TABLE members ADD COLUMN teams text[] NOT NULL DEFAULT '{}';
ALTER TABLE members ADD COLUMN availability jsonb;
ALTER TABLE members ADD COLUMN max_concurrent smallint CHECK (max_concurrent BETWEEN 1 AND 1000);
ALTER TABLE project_members ADD COLUMN paused_reason text CHECK (char_length(paused_reason) BETWEEN 1 AND 500);
ALTER TABLE project_members ADD COLUMN paused_until timestamptz;

-- What a person did lately in a project: asked each time they ask for work.
CREATE INDEX assignments_lately ON assignments (user_id, project_id, ended_at) WHERE ended_at IS NOT NULL;
