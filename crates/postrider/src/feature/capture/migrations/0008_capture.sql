-- What a capture route took: the message as the wire would have carried it, signatures included.
CREATE TABLE captured (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,
  delivery_id  INTEGER NOT NULL,
  reverse_path TEXT NOT NULL,
  forward_path TEXT NOT NULL,
  author       TEXT NOT NULL,
  subject      TEXT NOT NULL,
  at_us        INTEGER NOT NULL,
  bytes        BLOB NOT NULL
);
CREATE INDEX captured_by_workspace ON captured (workspace_id, id);
