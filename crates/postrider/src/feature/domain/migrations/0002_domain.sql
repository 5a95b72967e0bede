-- Sending domains and the keys that sign for them.
CREATE TABLE domain (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  name         TEXT NOT NULL,
  -- pending: records not seen yet; verified: seen; vouched: the operator answers for it, no DNS asked.
  status       TEXT NOT NULL CHECK (status IN ('pending', 'verified', 'vouched')),
  -- The host of its own under which its recipients reach us, null for the installation's.
  tracking_host TEXT,
  created_us   INTEGER NOT NULL,
  checked_us   INTEGER,
  verified_us  INTEGER,
  -- What the last check found, JSON, for people.
  findings     TEXT,
  UNIQUE (workspace_id, name)
);
CREATE TABLE dkim_key (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  domain_id    INTEGER NOT NULL,
  algorithm    TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
  selector     TEXT NOT NULL,
  pkcs8        BLOB NOT NULL,
  record       TEXT NOT NULL,
  created_us   INTEGER NOT NULL,
  UNIQUE (domain_id, selector)
);
