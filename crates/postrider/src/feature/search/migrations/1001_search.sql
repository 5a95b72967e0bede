-- The index beside the hot path: which messages a term stands in. May be dropped; it is rebuilt from the event log.
-- A segment is what 65,536 events in a row of one writer tell of: event id >> 16. Only the newest of each writer grows,
-- so however large the index becomes, it is written in a part that fits in memory.
CREATE TABLE search_block (
  segment      INTEGER NOT NULL,
  workspace_id INTEGER NOT NULL,
  term         TEXT NOT NULL,
  -- The last event that the block tells of.
  batch        INTEGER NOT NULL,
  -- Ids of messages, descending: the first as a varint, then the differences.
  messages     BLOB NOT NULL,
  PRIMARY KEY (segment, workspace_id, term, batch)
) WITHOUT ROWID;
-- Between which messages a segment lies. folded: it is complete, and each term's blocks were made one.
CREATE TABLE search_segment (
  segment       INTEGER PRIMARY KEY,
  first_message INTEGER NOT NULL,
  last_message  INTEGER NOT NULL,
  folded        INTEGER NOT NULL DEFAULT 0
);
-- How far each writer's events are indexed.
CREATE TABLE search_cursor (
  writer   INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL
);
