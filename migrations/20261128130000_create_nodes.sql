-- The nodes of the installation: one row for every run of a server process. Of no tenant, and for the system role alone: what a
-- workspace's admin may see of it is chosen by the program.
--
-- All times are the database's. A node whose clock is wrong is neither thought gone nor taken for alive.

CREATE TABLE tandem.nodes (
    id                 uuid PRIMARY KEY,
    host               text NOT NULL CHECK (char_length(host) BETWEEN 1 AND 255),
    address            text NOT NULL CHECK (char_length(address) BETWEEN 1 AND 255),
    version            text NOT NULL CHECK (char_length(version) BETWEEN 1 AND 64),
    -- The newest migration this program knows.
    schema             bigint NOT NULL,
    started_at         timestamptz NOT NULL,
    heartbeat_at       timestamptz NOT NULL,
    state              text NOT NULL CHECK (state IN ('ready', 'draining', 'left')),
    connections        integer NOT NULL DEFAULT 0 CHECK (connections >= 0),
    rooms              integer NOT NULL DEFAULT 0 CHECK (rooms >= 0),
    -- Its edits reach the disk.
    durable            boolean NOT NULL DEFAULT true,
    -- Its operator wants it to send its people elsewhere.
    drain_requested_at timestamptz
);
GRANT SELECT, INSERT, DELETE ON tandem.nodes TO tandem_system;
GRANT UPDATE (heartbeat_at, state, connections, rooms, durable, drain_requested_at) ON tandem.nodes TO tandem_system;

-- Which programs this schema still carries: those that know at least the migration `needs`. A migration that contracts, so that the
-- program before it could no longer work, raises it in the same file; a program then refuses to start on what it cannot work with, and
-- starts on whatever else is newer than itself.
CREATE TABLE tandem.compatibility (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    needs    bigint NOT NULL
);
INSERT INTO tandem.compatibility (needs) VALUES (20261121011500);
GRANT SELECT ON tandem.compatibility TO tandem_server;
