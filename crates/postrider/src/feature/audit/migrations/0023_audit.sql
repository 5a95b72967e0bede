-- Who changed what, in the transaction of the change. Nothing updates it.
CREATE TABLE audit (
  id           INTEGER PRIMARY KEY,
  -- Null: the installation.
  workspace_id INTEGER,
  person_id    INTEGER NOT NULL,
  at_us        INTEGER NOT NULL,
  action       TEXT NOT NULL,
  -- The text form of an id, or a name.
  object       TEXT NOT NULL,
  -- JSON of what the change was made of; null where there is nothing.
  before       TEXT,
  after        TEXT,
  address      TEXT NOT NULL
);
CREATE INDEX audit_by_workspace ON audit (workspace_id, id);
