-- One-time codes. No table here holds a code, an address, or a network: subject is an HMAC of what it stands for.

-- The newest code for an address of a workspace and a purpose.
CREATE TABLE code (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  subject      BLOB NOT NULL UNIQUE,
  state        TEXT NOT NULL CHECK (state IN ('live', 'used')),
  salt         BLOB NOT NULL,
  hash         BLOB NOT NULL,
  -- Of the profile that it was made with: wrong checks within a life of it.
  attempts_max INTEGER NOT NULL,
  life_us      INTEGER NOT NULL,
  expires_us   INTEGER NOT NULL,
  -- Before this no other is sent in its place.
  resend_us    INTEGER NOT NULL
);

-- A check that was not right, or whose comparison was not finished; also for addresses that have no code.
CREATE TABLE code_attempt (
  id      INTEGER PRIMARY KEY,
  subject BLOB NOT NULL,
  at_us   INTEGER NOT NULL
);
CREATE INDEX code_attempt_by_subject ON code_attempt (subject, at_us);

-- How much was asked for in one hour by one of those who are counted.
CREATE TABLE code_count (
  id      INTEGER PRIMARY KEY,
  subject BLOB NOT NULL,
  hour_us INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  UNIQUE (subject, hour_us)
);

-- What an application wants its codes to be like.
CREATE TABLE code_profile (
  id             INTEGER PRIMARY KEY,
  workspace_id   INTEGER NOT NULL,
  name           TEXT NOT NULL,
  alphabet       TEXT NOT NULL CHECK (alphabet IN ('digits', 'letters')),
  length         INTEGER NOT NULL,
  expires_s      INTEGER NOT NULL,
  attempts       INTEGER NOT NULL,
  resend_after_s INTEGER NOT NULL,
  -- A template's id or key, and a mailbox; null: those of the request.
  template       TEXT,
  author         TEXT,
  created_us     INTEGER NOT NULL,
  UNIQUE (workspace_id, name)
);
CREATE INDEX code_profile_by_workspace ON code_profile (workspace_id, id);

-- The installation's key for all of the above: one row, made at the first start.
CREATE TABLE code_secret (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  secret BLOB NOT NULL
);
