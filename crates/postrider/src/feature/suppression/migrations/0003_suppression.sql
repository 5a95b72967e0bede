-- Addresses that may not be mailed. stream_id 0 is the whole workspace, -1 all its marketing streams.
CREATE TABLE suppression (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  stream_id    INTEGER NOT NULL DEFAULT 0,
  address      TEXT NOT NULL,
  reason       TEXT NOT NULL CHECK (reason IN ('hard_bounce', 'complaint', 'unsubscribed', 'manual')),
  -- The delivery whose reply or complaint caused it, if one did.
  delivery_id  INTEGER,
  evidence     TEXT,
  created_us   INTEGER NOT NULL,
  UNIQUE (workspace_id, address, stream_id)
);
CREATE INDEX suppression_by_workspace ON suppression (workspace_id, id);
-- A list of one reason reads no others.
CREATE INDEX suppression_by_reason ON suppression (workspace_id, reason, id);
