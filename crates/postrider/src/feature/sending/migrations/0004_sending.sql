-- What was accepted. Each table's ids grow with time, so every insert lands at its right-hand end.

-- The immutable octets of the message with this id. encoding: 0 as they are, 1 zstd.
CREATE TABLE content (
  id       INTEGER PRIMARY KEY,
  encoding INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  bytes    BLOB NOT NULL
);

-- Accepted content + envelope sender + options; immutable but for its schedule.
CREATE TABLE message (
  id            INTEGER PRIMARY KEY,
  workspace_id  INTEGER NOT NULL,
  stream_id     INTEGER NOT NULL,
  origin        TEXT NOT NULL CHECK (origin IN ('api', 'smtp', 'code', 'notification')),
  -- The key that brought it, null for a trusted network; of a notification, the delivery that it tells of.
  origin_id     INTEGER,
  size          INTEGER NOT NULL,
  reverse_path  TEXT NOT NULL,
  author        TEXT NOT NULL,
  subject       TEXT NOT NULL,
  message_id    TEXT NOT NULL,
  -- JSON, null when there are none.
  tags          TEXT,
  metadata      TEXT,
  -- The template that it was made from, and which version, if it was.
  template_id   INTEGER,
  template_version INTEGER,
  -- What the envelope asked for, JSON, null for the usual: smtputf8, 8bit, ret, envid; and whether only capture may have it.
  wishes        TEXT,
  created_us    INTEGER NOT NULL,
  scheduled_us  INTEGER,
  expires_us    INTEGER NOT NULL,
  -- How many ids above its own are those of its deliveries.
  deliveries    INTEGER NOT NULL
);
CREATE INDEX message_by_workspace ON message (workspace_id, id);

-- One recipient's journey: the row that the queue works on. Those of a message are found by their ids, which follow its own.
CREATE TABLE delivery (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,
  lane         INTEGER NOT NULL,
  domain       TEXT NOT NULL,
  forward_path TEXT NOT NULL,
  -- to, cc or bcc as the API said it; envelope for SMTP.
  field        TEXT NOT NULL,
  -- RFC 3461 wishes of the recipient, null for none.
  notify       TEXT,
  state        TEXT NOT NULL CHECK (state IN ('due', 'done')),
  due_us       INTEGER NOT NULL,
  expires_us   INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  -- The start of the server that last held it in memory; recoveries counts starts that took it over while it was due.
  epoch        INTEGER NOT NULL DEFAULT 0,
  recoveries   INTEGER NOT NULL DEFAULT 0,
  disposition  TEXT CHECK (disposition IN
               ('delivered', 'bounced', 'expired', 'suppressed', 'rejected', 'cancelled', 'failed')),
  -- Why it was not sent, or the bounce class.
  reason       TEXT,
  reply        TEXT,
  finished_us  INTEGER,
  CHECK ((state = 'done') = (disposition IS NOT NULL))
);
-- The live queue: what is finished leaves it, so its cost does not grow with history.
CREATE INDEX delivery_queue ON delivery (workspace_id, lane, domain, due_us, id) WHERE state = 'due';

-- An answered Idempotency-Key. digest: SHA-256 of workspace and key.
CREATE TABLE idempotency (
  digest      BLOB PRIMARY KEY,
  fingerprint BLOB NOT NULL,
  status      INTEGER NOT NULL,
  answer      TEXT NOT NULL,
  created_us  INTEGER NOT NULL
);
CREATE INDEX idempotency_by_age ON idempotency (created_us);
