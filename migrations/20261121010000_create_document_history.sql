-- History of the live documents: how a document was at some moments, and who had changed it since the moment before.

-- Who edited what the snapshot stands for since the newest checkpoint. The log's rows know their authors; a compaction that deletes them
-- hands their names on.
ALTER TABLE document_snapshots ADD COLUMN authors uuid[] NOT NULL DEFAULT '{}';

-- `payload` is the whole document as one Yjs update. Counts are of regions, against the checkpoint before. No foreign key for people:
-- history outlives what it tells of.
CREATE TABLE document_checkpoints (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    document_id  uuid NOT NULL,
    reason       text NOT NULL CHECK (reason IN ('submit', 'compaction', 'manual', 'restore')),
    made_by      uuid,
    authors      uuid[] NOT NULL DEFAULT '{}',
    region_count integer NOT NULL CHECK (region_count >= 0),
    added        integer NOT NULL CHECK (added >= 0),
    changed      integer NOT NULL CHECK (changed >= 0),
    removed      integer NOT NULL CHECK (removed >= 0),
    payload      bytea NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (document_id, workspace_id) REFERENCES documents (id, workspace_id)
);
CREATE INDEX document_checkpoints_of_document ON document_checkpoints (document_id, id DESC);
SELECT tandem.protect_by_workspace('document_checkpoints');
GRANT SELECT, INSERT, DELETE ON document_checkpoints TO tandem_server;
