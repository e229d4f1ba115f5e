-- Models that run in people's browsers (the smart polygon): an encoder and a decoder each. The bytes are in the object storage, under keys that only this
-- row names. What is uploading has no hashes yet; what is going away stays until its bytes are gone.
CREATE TABLE models (
    id             uuid PRIMARY KEY,
    workspace_id   uuid NOT NULL REFERENCES workspaces (id),
    name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    status         text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'ready', 'deleted')),
    -- Bytes; as they were announced, and as they were found to be.
    encoder_size   bigint NOT NULL CHECK (encoder_size > 0),
    decoder_size   bigint NOT NULL CHECK (decoder_size > 0),
    -- Of the bytes, in hexadecimal: by these browsers keep what they have loaded.
    encoder_sha256 text CHECK (encoder_sha256 ~ '^[0-9a-f]{64}$'),
    decoder_sha256 text CHECK (decoder_sha256 ~ '^[0-9a-f]{64}$'),
    created_by     uuid REFERENCES users (id),
    created_at     timestamptz NOT NULL DEFAULT now(),
    CHECK (status <> 'ready' OR (encoder_sha256 IS NOT NULL AND decoder_sha256 IS NOT NULL))
);
-- An upload that was given up takes no name away.
CREATE UNIQUE INDEX models_name_key ON models (workspace_id, name) WHERE status = 'ready';
CREATE INDEX models_of_workspace ON models (workspace_id, id DESC);
SELECT tandem.protect_by_workspace('models');
GRANT SELECT, INSERT, UPDATE, DELETE ON models TO tandem_server;
