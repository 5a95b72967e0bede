-- Workspaces, their streams, and the keys with which applications speak for them.
CREATE TABLE workspace (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_us INTEGER NOT NULL
);
CREATE TABLE stream (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  name         TEXT NOT NULL,
  class        TEXT NOT NULL CHECK (class IN ('transactional', 'marketing')),
  -- What is tracked of its messages: opens, clicks, text, reading, separated by commas, or none.
  tracking     TEXT NOT NULL,
  created_us   INTEGER NOT NULL,
  UNIQUE (workspace_id, name)
);
-- The key itself is never stored: only its SHA-256, and its first letters for people.
CREATE TABLE api_key (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  name         TEXT NOT NULL,
  digest       BLOB NOT NULL UNIQUE,
  shown        TEXT NOT NULL,
  scope        TEXT NOT NULL CHECK (scope IN ('full', 'sending')),
  domain_id    INTEGER,
  created_us   INTEGER NOT NULL,
  last_used_us INTEGER,
  revoked_us   INTEGER
);
CREATE INDEX api_key_by_workspace ON api_key (workspace_id, id);
