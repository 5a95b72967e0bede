-- Files that a workspace uploaded once, to be named by its emails.

-- The octets of a file, once for a workspace however often it was uploaded. They go when nothing refers to them any more.
CREATE TABLE attachment_content (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  sha256       BLOB NOT NULL,
  size         INTEGER NOT NULL,
  -- When somebody last brought them: what was just brought is not taken for forgotten.
  brought_us   INTEGER NOT NULL,
  bytes        BLOB NOT NULL,
  UNIQUE (workspace_id, sha256)
);
-- A quota is summed from this index alone.
CREATE INDEX attachment_content_by_size ON attachment_content (workspace_id, size);

-- A file under a name and a type.
CREATE TABLE attachment (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  sha256       BLOB NOT NULL,
  filename     TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size         INTEGER NOT NULL,
  created_us   INTEGER NOT NULL,
  -- When an email last named it, to the hour.
  used_us      INTEGER NOT NULL,
  UNIQUE (workspace_id, sha256, filename, content_type)
);
CREATE INDEX attachment_by_workspace ON attachment (workspace_id, id);
