-- Who owns what: the tenant proof, workspaces, people, membership.
--
-- The three login roles (tandem_server, tandem_journal, tandem_system) belong to the cluster, not to a database, and are made by
-- `store::migrate` before this file runs. See docs/decisions/0002-tenant-proof.md.

CREATE SCHEMA tandem;

REVOKE ALL ON SCHEMA tandem FROM PUBLIC;
GRANT USAGE ON SCHEMA tandem TO tandem_server, tandem_journal, tandem_system;

-- Since version 15 a fresh database does not let everybody create tables in `public`; a database carried over from an older one does.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tandem_server, tandem_journal, tandem_system;

-- Functions are callable by everybody unless this says otherwise; each is granted by name instead.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The key that tenant proofs are made with, as the two padded blocks of HMAC-SHA256 so that the check below is two hashes and
-- needs no extension. Written by `store::migrate`; no role but the owner may read it.
CREATE TABLE tandem.tenant_key (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    inner_pad    bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad    bytea NOT NULL CHECK (length(outer_pad) = 64),
    installed_at timestamptz NOT NULL DEFAULT now()
);
REVOKE ALL ON tandem.tenant_key FROM PUBLIC;

-- One part of the transaction's tenant proof (1 the workspace, 2 the user), or NULL unless the proof is genuine and fresh.
-- `app.tenant` is "workspace:user:expires:mac"; anybody can set it, only the holder of the key can compute the mac.
-- Freshness is judged at the start of the transaction, so that a long export does not lose its rows half-way.
CREATE FUNCTION tandem.proven(part integer) RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    piece    text[] := string_to_array(current_setting('app.tenant', true), ':');
    expected text;
BEGIN
    IF cardinality(piece) IS DISTINCT FROM 4 THEN
        RETURN NULL;
    END IF;
    SELECT encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(piece[1] || ':' || piece[2] || ':' || piece[3], 'UTF8'))), 'hex')
      INTO expected FROM tandem.tenant_key k;
    -- Hashes are compared instead of the macs: how long the comparison takes then tells nothing about the mac itself.
    IF expected IS NULL OR sha256(convert_to(expected, 'UTF8')) <> sha256(convert_to(piece[4], 'UTF8')) THEN
        RETURN NULL;
    END IF;
    -- From here on every piece was written by the holder of the key.
    IF piece[3]::bigint < extract(epoch FROM now()) THEN
        RETURN NULL;
    END IF;
    RETURN nullif(piece[part], '')::uuid;
END
$$;

-- Policies call these as `(SELECT tandem.workspace_id())`: an uncorrelated subquery runs once per query, not once per row.
CREATE FUNCTION tandem.workspace_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT tandem.proven(1) $$;

CREATE FUNCTION tandem.user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT tandem.proven(2) $$;

GRANT EXECUTE ON FUNCTION tandem.proven(integer), tandem.workspace_id(), tandem.user_id() TO tandem_server;

-- Puts a table under row-level security. FORCE holds the owner to it as well, so a forgotten owner connection shows nothing.
-- Partitions get it too, with neither policy nor grant: rows are reached through the parent or not at all.
CREATE FUNCTION tandem.protect(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    member regclass;
BEGIN
    FOR member IN SELECT target UNION SELECT relid FROM pg_partition_tree(target) LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', member);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', member);
    END LOOP;
END
$$;

-- The policy of nearly every table: rows of the proven workspace, for reading and for writing.
CREATE FUNCTION tandem.protect_by_workspace(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM tandem.protect(target);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO tandem_server
             USING (workspace_id = (SELECT tandem.workspace_id()))
             WITH CHECK (workspace_id = (SELECT tandem.workspace_id()))', target);
END
$$;

CREATE TABLE workspaces (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    metadata   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
SELECT tandem.protect('workspaces');
CREATE POLICY tenant ON workspaces TO tandem_server
    USING (id = (SELECT tandem.workspace_id())) WITH CHECK (id = (SELECT tandem.workspace_id()));
CREATE POLICY system_names ON workspaces FOR SELECT TO tandem_system USING (true);
GRANT SELECT, INSERT, UPDATE ON workspaces TO tandem_server;
GRANT SELECT (id, name) ON workspaces TO tandem_system;

-- People. One row a person, whatever the number of workspaces they are in; a workspace sees those who are its members.
CREATE TABLE users (
    id            uuid PRIMARY KEY,
    email         text NOT NULL CHECK (email = lower(email) AND char_length(email) BETWEEN 3 AND 320),
    username      text CHECK (char_length(username) BETWEEN 1 AND 100),
    display_name  text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 200),
    first_name    text,
    last_name     text,
    color         text NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
    status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'suspended')),
    skills        jsonb NOT NULL DEFAULT '[]',
    availability  jsonb NOT NULL DEFAULT '{}',
    metadata      jsonb NOT NULL DEFAULT '{}',
    last_login_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_username_key UNIQUE (username)
);

CREATE TABLE members (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id      uuid NOT NULL REFERENCES users (id),
    role         text NOT NULL CHECK (role IN ('admin', 'member')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_user ON members (user_id);
SELECT tandem.protect_by_workspace('members');
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO tandem_server;

SELECT tandem.protect('users');
CREATE POLICY tenant_sees_members ON users FOR SELECT TO tandem_server
    USING (EXISTS (SELECT FROM members m WHERE m.user_id = users.id AND m.workspace_id = (SELECT tandem.workspace_id())));
-- Only a person changes their own row: a second workspace of theirs must not be able to rename them.
CREATE POLICY own_profile ON users FOR UPDATE TO tandem_server
    USING (id = (SELECT tandem.user_id())) WITH CHECK (id = (SELECT tandem.user_id()));
-- For tandem.ensure_user below, which runs as the owner: the address book is the one thing looked up across workspaces.
CREATE POLICY address_book_read ON users FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY address_book_add ON users FOR INSERT TO CURRENT_USER WITH CHECK (true);
GRANT SELECT, UPDATE (display_name, first_name, last_name, color, availability, last_login_at, updated_at) ON users TO tandem_server;

-- The person with this id or e-mail address, made if there is none. Answers with the id only, known or new alike, so that it
-- tells nobody what other workspaces a person is in. The caller makes them a member, and sees the row from then on.
CREATE FUNCTION tandem.ensure_user(wanted_id uuid, wanted_email text, wanted_name text, wanted_color text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found uuid;
BEGIN
    IF tandem.workspace_id() IS NULL THEN
        RAISE EXCEPTION 'no proven workspace' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.users (id, email, display_name, color)
    VALUES (wanted_id, lower(wanted_email), wanted_name, wanted_color)
    ON CONFLICT DO NOTHING RETURNING id INTO found;
    IF found IS NULL THEN
        SELECT u.id INTO found FROM public.users u
        WHERE u.id = wanted_id OR u.email = lower(wanted_email)
        ORDER BY (u.id = wanted_id) DESC LIMIT 1;
    END IF;
    RETURN found;
END
$$;
GRANT EXECUTE ON FUNCTION tandem.ensure_user(uuid, text, text, text) TO tandem_server;
