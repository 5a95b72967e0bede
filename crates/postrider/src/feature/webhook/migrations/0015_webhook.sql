-- Endpoints of customers, which are told what happens. JSON where it says so.
CREATE TABLE webhook (
  id               INTEGER PRIMARY KEY,
  workspace_id     INTEGER NOT NULL,
  endpoint         TEXT NOT NULL,
  -- JSON: names of events, "*" for all; ids of streams, null for all.
  events           TEXT NOT NULL,
  streams          TEXT,
  -- JSON object: header fields sent with each request. JSON array: header fields of the mail that are told.
  headers          TEXT NOT NULL,
  message_headers  TEXT NOT NULL,
  -- Events of one request at most; 1: an object, more: an array.
  batch            INTEGER NOT NULL,
  secret           BLOB NOT NULL,
  former_secret    BLOB,
  former_until_us  INTEGER,
  -- Seed of the Ed25519 key; null when the endpoint did not ask for one.
  seed             BLOB,
  state            TEXT NOT NULL CHECK (state IN ('enabled', 'disabled')),
  reason           TEXT CHECK (reason IN ('asked', 'gone', 'dead')),
  -- Since when every attempt has failed.
  failing_since_us INTEGER,
  created_us       INTEGER NOT NULL,
  CHECK ((state = 'disabled') = (reason IS NOT NULL)),
  CHECK ((former_secret IS NULL) = (former_until_us IS NULL))
);
CREATE INDEX webhook_by_workspace ON webhook (workspace_id, id);

-- How far an endpoint has read the log: everything up to here was taken, or waits below, or is no business of its.
CREATE TABLE webhook_cursor (
  webhook_id INTEGER PRIMARY KEY,
  cursor     TEXT NOT NULL
);

-- An event that must be tried again, or that follows such a one of the same message, or that is replayed.
CREATE TABLE webhook_waiting (
  webhook_id  INTEGER NOT NULL,
  event_id    INTEGER NOT NULL,
  event_us    INTEGER NOT NULL,
  message_id  INTEGER,
  attempts    INTEGER NOT NULL,
  due_us      INTEGER NOT NULL,
  -- The first event of the request that it was part of: tried again with the same ones, under the same name.
  batch_id    INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, event_id)
);

-- Attempts as they were committed, a row for all of one commit. id: that of the first; data: JSON.
CREATE TABLE webhook_attempt (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  webhook_id   INTEGER NOT NULL,
  data         TEXT NOT NULL
);
CREATE INDEX webhook_attempt_by_webhook ON webhook_attempt (webhook_id, id);

-- A walk over the log that was asked for, from cursor to upto; gone when it is done.
CREATE TABLE webhook_replay (
  id         INTEGER PRIMARY KEY,
  webhook_id INTEGER NOT NULL,
  cursor     TEXT NOT NULL,
  upto       TEXT NOT NULL,
  from_us    INTEGER NOT NULL,
  until_us   INTEGER NOT NULL,
  -- JSON: names of events; null: those of the endpoint.
  events     TEXT
);
CREATE INDEX webhook_replay_by_webhook ON webhook_replay (webhook_id, id);
