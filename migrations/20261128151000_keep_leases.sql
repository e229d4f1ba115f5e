-- Leases that are kept while their holder works, and given back when they are gone.

-- For how long it was given, and what every renewal makes of it again. Null: given by a program of before this column.
ALTER TABLE assignments ADD COLUMN lease_seconds integer CHECK (lease_seconds > 0);
-- Since when its holder has no connection any more. Null: has one, or never had (a program that works over REST).
ALTER TABLE assignments ADD COLUMN away_since timestamptz;
-- Few at any time: people come back, or their leases end.
CREATE INDEX assignments_away ON assignments (away_since) WHERE ended_at IS NULL AND away_since IS NOT NULL;
GRANT SELECT (away_since) ON assignments TO tandem_system;

-- For tandem.keep_leases below, which runs as the owner: leases that have not ended, and no others.
CREATE POLICY lease_keeper_reads ON assignments FOR SELECT TO CURRENT_USER USING (ended_at IS NULL);
CREATE POLICY lease_keeper_renews ON assignments FOR UPDATE TO CURRENT_USER USING (ended_at IS NULL) WITH CHECK (ended_at IS NULL);

-- What a node says once every few seconds of all of its people, in whatever workspaces: who has which task open and has done nothing there
-- for how long (`workspaces`, `holders`, `tasks`, `idle`: arrays of equal length, seconds), who is connected (`here`) and who no longer is
-- (`gone`). The system role cannot touch a lease otherwise.
--
-- A lease is renewed if its holder has its task open and has done something within the shorter of the lease and `active_for` seconds;
-- written only once a third of it is over. One that ran out or ended is never brought back: somebody else may be about to get the
-- task. A row that a transaction holds is passed over, not waited for: whoever holds it locks more leases after it, and the next round
-- comes in a few seconds.
--
-- Answers with the leases renewed, and those (`is_renewed` false) that run out within `warn` seconds, a third of the lease at most, because
-- their holder sits before the task and does nothing.
CREATE FUNCTION tandem.keep_leases(
    workspaces uuid[], holders uuid[], tasks uuid[], idle double precision[], here uuid[], gone uuid[],
    active_for double precision, warn double precision
) RETURNS TABLE (id uuid, workspace_id uuid, project_id uuid, task_id uuid, user_id uuid, fencing_token bigint, expires_at timestamptz, is_renewed boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    UPDATE public.assignments a SET away_since = clock_timestamp()
    WHERE a.id IN (SELECT l.id FROM public.assignments l
                   WHERE l.user_id = ANY (gone) AND l.ended_at IS NULL AND l.away_since IS NULL
                   FOR UPDATE SKIP LOCKED);
    UPDATE public.assignments a SET away_since = NULL
    WHERE a.id IN (SELECT l.id FROM public.assignments l
                   WHERE l.user_id = ANY (here) AND l.ended_at IS NULL AND l.away_since IS NOT NULL
                   FOR UPDATE SKIP LOCKED);
    RETURN QUERY
    WITH at_work AS (
        SELECT w.workspace_id, w.user_id, w.task_id, min(w.idle_for) AS idle_for
        FROM unnest(workspaces, holders, tasks, idle) AS w (workspace_id, user_id, task_id, idle_for)
        GROUP BY 1, 2, 3
    ), found AS (
        SELECT l.id, coalesce(l.lease_seconds, 1800) AS seconds
        FROM at_work w
        JOIN public.assignments l ON l.user_id = w.user_id AND l.task_id = w.task_id AND l.workspace_id = w.workspace_id
        WHERE l.ended_at IS NULL
          AND l.expires_at > clock_timestamp()
          AND l.expires_at < clock_timestamp() + make_interval(secs => coalesce(l.lease_seconds, 1800) * 2 / 3.0)
          AND w.idle_for < least(active_for, coalesce(l.lease_seconds, 1800))
        FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE public.assignments a
    SET expires_at = clock_timestamp() + make_interval(secs => found.seconds), updated_at = now()
    FROM found WHERE a.id = found.id
    RETURNING a.id, a.workspace_id, a.project_id, a.task_id, a.user_id, a.fencing_token, a.expires_at, true;
    RETURN QUERY
    SELECT l.id, l.workspace_id, l.project_id, l.task_id, l.user_id, l.fencing_token, l.expires_at, false
    FROM unnest(workspaces, holders, tasks, idle) AS w (workspace_id, user_id, task_id, idle_for)
    JOIN public.assignments l ON l.user_id = w.user_id AND l.task_id = w.task_id AND l.workspace_id = w.workspace_id
    WHERE l.ended_at IS NULL
      AND l.expires_at > clock_timestamp()
      AND l.expires_at < clock_timestamp() + make_interval(secs => least(warn, coalesce(l.lease_seconds, 1800) / 3.0))
      AND w.idle_for >= least(active_for, coalesce(l.lease_seconds, 1800));
END
$$;
REVOKE ALL ON FUNCTION tandem.keep_leases(uuid[], uuid[], uuid[], double precision[], uuid[], uuid[], double precision, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tandem.keep_leases(uuid[], uuid[], uuid[], double precision[], uuid[], uuid[], double precision, double precision) TO tandem_system;
