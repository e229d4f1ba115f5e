-- How somebody has set the product up for themselves (keys, and what else may come): small, theirs alone, and the same wherever they sign in.
CREATE TABLE preferences (
    workspace_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    -- By what they are about; what is in each only the client that shows it knows.
    values       jsonb NOT NULL CHECK (jsonb_typeof(values) = 'object'),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
SELECT tandem.protect_by_workspace('preferences');
GRANT SELECT, INSERT, UPDATE ON preferences TO tandem_server;
