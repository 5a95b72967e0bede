-- What mail is made of: templates, their published versions, and the parts that they share.
CREATE TABLE template (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  -- By this name programs ask for it.
  key          TEXT NOT NULL,
  name         TEXT NOT NULL,
  -- The source that is being worked on (JSON).
  draft        TEXT NOT NULL,
  -- The newest published version; null: none yet.
  version      INTEGER,
  created_us   INTEGER NOT NULL,
  updated_us   INTEGER NOT NULL,
  UNIQUE (workspace_id, key)
);
CREATE INDEX template_by_workspace ON template (workspace_id, id);

-- Never changed. What is rendered is complete in `compiled`: parts that change later do not change it.
CREATE TABLE template_version (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  template_id  INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  source       TEXT NOT NULL,
  compiled     TEXT NOT NULL,
  created_us   INTEGER NOT NULL,
  UNIQUE (workspace_id, template_id, number)
);

CREATE TABLE template_part (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('layout', 'partial', 'theme')),
  name         TEXT NOT NULL,
  body         TEXT NOT NULL,
  created_us   INTEGER NOT NULL,
  updated_us   INTEGER NOT NULL,
  UNIQUE (workspace_id, kind, name)
);
CREATE INDEX template_part_by_workspace ON template_part (workspace_id, id);
