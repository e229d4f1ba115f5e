-- Signing people out everywhere: tokens of a person in a workspace made before `valid_after` are void.
--
-- Not a column of `members`: who is taken out of the workspace must not get their old tokens back with it.

CREATE TABLE session_revocations (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id      uuid NOT NULL REFERENCES users (id),
    valid_after  timestamptz NOT NULL,
    -- When it was done, by the database's clock: nodes read what is newer than what they read last.
    revoked_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX session_revocations_news ON session_revocations (revoked_at);
SELECT tandem.protect_by_workspace('session_revocations');
CREATE POLICY system_tells ON session_revocations FOR SELECT TO tandem_system USING (true);
GRANT SELECT, INSERT, UPDATE ON session_revocations TO tandem_server;
GRANT SELECT (workspace_id, user_id, valid_after, revoked_at) ON session_revocations TO tandem_system;
