-- Counters by hour, written in the transaction that writes the events, so that they always equal a recount.
CREATE TABLE counter (
  workspace_id INTEGER NOT NULL,
  hour_us      INTEGER NOT NULL,
  dimension    TEXT NOT NULL,
  key          TEXT NOT NULL,
  metric       TEXT NOT NULL,
  n            INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, hour_us, dimension, key, metric)
) WITHOUT ROWID;
