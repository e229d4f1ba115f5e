-- What the planner knows of the tables of a project's work, made anew after they grew by a lot at once. A plan that a connection keeps was
-- perhaps made when they were empty, when every plan is as good as another: the next task of a fresh import then takes fifty milliseconds
-- instead of a quarter of one until autovacuum comes by, a minute later or never. New statistics make every connection plan anew.
--
-- The owner's right, which the server's role has not.
CREATE FUNCTION tandem.gather_statistics(project uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    parent text;
    parts  integer;
BEGIN
    FOREACH parent IN ARRAY ARRAY['tasks', 'task_steps', 'annotations', 'regions'] LOOP
        SELECT count(*) INTO parts FROM pg_inherits WHERE inhparent = ('public.' || parent)::regclass;
        -- Only the partition this project's rows are in.
        FOR part IN 0..parts - 1 LOOP
            IF satisfies_hash_partition(('public.' || parent)::regclass, parts, part, project) THEN
                EXECUTE format('ANALYZE public.%I', parent || '_p' || part);
            END IF;
        END LOOP;
    END LOOP;
    ANALYZE public.assets;
    ANALYZE public.assignments;
END
$$;
GRANT EXECUTE ON FUNCTION tandem.gather_statistics(uuid) TO tandem_server;
