-- The rest of what 20261129031700_calm_hot_tables began. Measured with 150 people who ask and give back once a second: whenever autovacuum had been at the
-- outbox, the audit log or the leases (each 10 s), all connections planned anew what names them, and the slowest hundredth of asks took 146 to 173 ms; without it
-- 72 to 90 ms in the same minutes. Most of it came from the defaults for inserts (1,000 rows and a fifth) and for statistics (50 rows and a tenth).

-- What grows and is never updated: nothing to sweep, and statistics of the last month serve.
CREATE FUNCTION tandem.tend_grown(part regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = 100000, autovacuum_vacuum_threshold = 100000,
                                        autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5)', part);
END
$$;
REVOKE ALL ON FUNCTION tandem.tend_grown(regclass) FROM PUBLIC;

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
            PERFORM tandem.tend_grown(format('public.%I', part)::regclass);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits
                WHERE inhparent IN ('annotation_events'::regclass, 'audit_log'::regclass, 'state_transitions'::regclass) LOOP
        PERFORM tandem.tend_grown(part);
    END LOOP;
    -- A plan needs to know how large these are, not more: analysed when they have doubled. What asks for the first of a queue steps over
    -- the dead in the index without looking at the rows.
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('tasks'::regclass, 'task_steps'::regclass)
                UNION ALL SELECT 'assignments'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_insert_threshold = 100000,
                                            autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 1)', part);
    END LOOP;
END
$$;

-- Read by its first rows and swept by whoever has delivered them; the statistics say nothing.
ALTER TABLE outbox SET (autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = 100000, autovacuum_analyze_threshold = 1000000);
