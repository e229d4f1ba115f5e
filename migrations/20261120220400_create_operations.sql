-- What keeps the rest honest: events waiting to be told, the audit log, remembered answers, months made ahead.

-- Written in the transaction of the change it tells of, removed once delivered.
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid,
    topic        text NOT NULL,
    payload      jsonb NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now()
);
SELECT tandem.protect_by_workspace('outbox');
CREATE POLICY system_relays ON outbox TO tandem_system USING (true);
GRANT SELECT, INSERT ON outbox TO tandem_server;
-- The column update is what FOR UPDATE asks for.
GRANT SELECT, DELETE, UPDATE (attempts) ON outbox TO tandem_system;

CREATE TABLE audit_log (
    id           uuid NOT NULL,
    occurred_at  timestamptz NOT NULL DEFAULT now(),
    workspace_id uuid NOT NULL,
    project_id   uuid,
    actor_id     uuid,
    actor_type   text NOT NULL CHECK (actor_type IN ('user', 'system', 'api')),
    action       text NOT NULL,
    entity_type  text NOT NULL,
    entity_id    uuid,
    changes      jsonb NOT NULL DEFAULT '{}',
    metadata     jsonb NOT NULL DEFAULT '{}',
    request_id   text,
    ip_address   inet,
    user_agent   text,
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX audit_log_entity ON audit_log (workspace_id, entity_type, entity_id, occurred_at DESC);
CREATE INDEX audit_log_actor ON audit_log (workspace_id, actor_id, occurred_at DESC);
SELECT tandem.protect_by_workspace('audit_log');
GRANT SELECT, INSERT ON audit_log TO tandem_server;

-- The answer to a creation, kept a day, for the client that asks again because it never heard it.
CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    key          text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    status       smallint,
    response     jsonb,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
SELECT tandem.protect_by_workspace('idempotency_keys');
CREATE POLICY system_forgets ON idempotency_keys TO tandem_system USING (created_at < now() - interval '24 hours');
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO tandem_server;
GRANT SELECT (created_at), DELETE ON idempotency_keys TO tandem_system;

-- Makes the months from the current one to `ahead` months on for the tables kept by month, and says how many were missing.
-- A partition is built aside and attached, which unlike CREATE ... PARTITION OF does not stop writers of the table.
CREATE FUNCTION tandem.ensure_partitions(ahead integer) RETURNS integer
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
    FOREACH parent IN ARRAY ARRAY['annotation_events', 'audit_log'] LOOP
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
GRANT EXECUTE ON FUNCTION tandem.ensure_partitions(integer) TO tandem_system;
SELECT tandem.ensure_partitions(6);

-- So that a server can say which version of the schema it found.
GRANT SELECT ON _sqlx_migrations TO tandem_server;
