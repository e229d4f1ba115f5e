-- Layouts: what people see of a task and enter about it (docs/layouts.md), in versions. What comes of them is `output` in `annotations.data`, beside `regions`.

CREATE TABLE layouts (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    project_id   uuid NOT NULL,
    -- The first version: what all versions have in common.
    series       uuid NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    -- What other layouts of the project extend it by: the id in its markup. Null where a draft cannot be read.
    key          text CHECK (char_length(key) BETWEEN 1 AND 200),
    status       text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'retired')),
    -- Markup as its author wrote it. A draft may have mistakes.
    source       text NOT NULL CHECK (octet_length(source) <= 262144),
    -- What it was compiled to when it was activated, with what it inherited then: a parent that changes later changes no task. json, not jsonb, because it
    -- is read whole and never looked into.
    tree         json,
    created_by   uuid REFERENCES users (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    UNIQUE (project_id, id),
    CONSTRAINT layouts_version_key UNIQUE (project_id, series, version),
    FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id),
    CHECK ((status = 'draft') = (activated_at IS NULL)),
    CHECK ((status = 'draft') = (tree IS NULL))
);
-- Work on tasks begins on this one.
CREATE UNIQUE INDEX layouts_one_active ON layouts (project_id) WHERE status = 'active';
SELECT tandem.protect_by_workspace('layouts');
GRANT SELECT, INSERT, UPDATE, DELETE ON layouts TO tandem_server;

-- What a version says is fixed from the moment it is activated, whoever writes: tasks are on it.
CREATE FUNCTION tandem.keep_layout() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'version % of layout % is in use and stays', OLD.version, OLD.name USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF (NEW.source, NEW.tree::text, NEW.series, NEW.version, NEW.name, NEW.key)
       IS DISTINCT FROM (OLD.source, OLD.tree::text, OLD.series, OLD.version, OLD.name, OLD.key) THEN
        RAISE EXCEPTION 'version % of layout % is in use and does not change', OLD.version, OLD.name
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NEW.status = 'draft' THEN
        RAISE EXCEPTION 'a layout that was active is never a draft again' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON layouts FOR EACH ROW EXECUTE FUNCTION tandem.keep_layout();

-- The version on which work on the task began; null: on none, or it has not begun. No foreign key: the check of one would lock the one active
-- layout for every first lease of a project, and the trigger above keeps what was ever active.
ALTER TABLE tasks ADD COLUMN layout_id uuid;
