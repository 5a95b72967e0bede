-- Images that mail shows: uploaded once, served to whoever has the URL until somebody deletes them. No age removes one: mail that was
-- sent long ago shows it still.
CREATE TABLE image (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  -- What its URL ends with: 128 random bits.
  token        TEXT NOT NULL UNIQUE,
  sha256       BLOB NOT NULL,
  name         TEXT NOT NULL,
  format       TEXT NOT NULL CHECK (format IN ('png', 'jpeg', 'gif', 'webp')),
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  size         INTEGER NOT NULL,
  created_us   INTEGER NOT NULL,
  bytes        BLOB NOT NULL,
  UNIQUE (workspace_id, sha256)
);
CREATE INDEX image_by_workspace ON image (workspace_id, id);
-- What a workspace's images take is summed from this index alone.
CREATE INDEX image_by_size ON image (workspace_id, size);
