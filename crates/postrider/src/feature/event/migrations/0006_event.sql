-- Everything that happened, once each, in the order in which each writer committed it. id = writer << 48 | sequence.
CREATE TABLE event (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  name         TEXT NOT NULL,
  at_us        INTEGER NOT NULL,
  message_id   INTEGER,
  delivery_id  INTEGER,
  -- The attempt that led to it; null when there was none.
  attempt_id   INTEGER,
  data         TEXT
);
CREATE INDEX event_by_message ON event (message_id, id) WHERE message_id IS NOT NULL;
