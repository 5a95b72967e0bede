-- The index beside the hot path: which messages a term stands in. May be dropped; it is rebuilt from the event log.
CREATE TABLE search_term (
  workspace_id INTEGER NOT NULL,
  term         TEXT NOT NULL,
  message_id   INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, term, message_id)
) WITHOUT ROWID;
-- How far each writer's events are indexed.
CREATE TABLE search_cursor (
  writer   INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL
);
