-- The live documents: an append-only log of Yjs updates and, for each document, what it was merged into.

CREATE TABLE documents (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    step         text NOT NULL DEFAULT 'annotate',
    -- The generation of the document. A copy of another generation must not be merged into this one: it would double.
    lineage      uuid NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT documents_task_step_key UNIQUE (task_id, step),
    UNIQUE (id, workspace_id),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    FOREIGN KEY (project_id, task_id) REFERENCES tasks (project_id, id)
);
SELECT tandem.protect_by_workspace('documents');
GRANT SELECT, INSERT ON documents TO tandem_server;

-- `seq` is drawn when a row is written, not when it becomes visible: a transaction with a smaller number may commit later. So
-- whoever opens a document reads every row there is, and whoever compacts deletes exactly the rows it merged, by number.
-- The journal's foreign key pairs document and workspace: an update cannot be filed under another tenant.
CREATE TABLE document_updates (
    seq          bigint GENERATED ALWAYS AS IDENTITY,
    document_id  uuid NOT NULL,
    workspace_id uuid NOT NULL,
    author_id    uuid,
    payload      bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, seq),
    CONSTRAINT document_updates_document_fkey FOREIGN KEY (document_id, workspace_id) REFERENCES documents (id, workspace_id)
);
SELECT tandem.protect_by_workspace('document_updates');
CREATE POLICY journal_appends ON document_updates FOR INSERT TO tandem_journal WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON document_updates TO tandem_server;
GRANT INSERT (document_id, workspace_id, author_id, payload, created_at) ON document_updates TO tandem_journal;

CREATE TABLE document_snapshots (
    document_id  uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    upto_seq     bigint NOT NULL,
    payload      bytea NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (document_id, workspace_id) REFERENCES documents (id, workspace_id)
);
SELECT tandem.protect_by_workspace('document_snapshots');
GRANT SELECT, INSERT, UPDATE ON document_snapshots TO tandem_server;
