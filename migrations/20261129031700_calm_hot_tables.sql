-- What every ask for work writes to is tended less often. Each vacuum and each gathering of a table's statistics makes every connection plan anew what
-- names the table, some 50 ms of work for each of twenty connections; at 150 asks a second the defaults (50 changes and a tenth of the rows) asked for one every
-- few seconds.

-- A handful of rows that are updated in place (fillfactor 50): pages are pruned by whoever reads them, and the statistics say nothing.
ALTER TABLE task_counters SET (autovacuum_vacuum_threshold = 100000, autovacuum_analyze_threshold = 1000000);

ALTER TABLE assignments SET (autovacuum_vacuum_threshold = 5000, autovacuum_analyze_threshold = 5000);
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('tasks'::regclass, 'task_steps'::regclass) LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_threshold = 5000, autovacuum_analyze_threshold = 5000)', part);
    END LOOP;
END
$$;
