-- Counters by hour: what the log told, up to the cursors below, for a workspace's streams and one thing more each.
CREATE TABLE counter (
  workspace_id INTEGER NOT NULL,
  -- By what: see the slice's list. The key is a thing of that kind, '*' all those beyond the bound of an hour.
  dimension    TEXT NOT NULL,
  hour_us      INTEGER NOT NULL,
  stream_id    INTEGER NOT NULL,
  key          TEXT NOT NULL,
  metric       TEXT NOT NULL,
  n            INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, dimension, hour_us, stream_id, key, metric)
) WITHOUT ROWID;

-- Up to which of a writer's events everything is counted. Moves in the transaction that counts.
CREATE TABLE counter_cursor (
  writer   INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL
);

-- Before this hour events have been removed by age: the counters stay, and cannot be counted again.
CREATE TABLE counter_floor (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  hour_us INTEGER NOT NULL
);
