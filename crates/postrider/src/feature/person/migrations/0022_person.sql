-- People who use the console, where they may, and their sessions.
CREATE TABLE person (
  id         INTEGER PRIMARY KEY,
  -- Folded, so that one person is one row.
  email      TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  -- Empty: as the browser asks.
  locale     TEXT NOT NULL,
  theme      TEXT NOT NULL CHECK (theme IN ('system', 'light', 'dark')),
  zone       TEXT NOT NULL,
  -- argon2id, in the form of PHC.
  password   TEXT NOT NULL,
  -- Whether the person runs the installation.
  operator   INTEGER NOT NULL CHECK (operator IN (0, 1)),
  created_us INTEGER NOT NULL
);
CREATE TABLE membership (
  person_id    INTEGER NOT NULL,
  workspace_id INTEGER NOT NULL,
  role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'marketer', 'seller')),
  PRIMARY KEY (person_id, workspace_id)
);
CREATE INDEX membership_by_workspace ON membership (workspace_id, person_id);
-- The token itself is never stored: only its SHA-256.
CREATE TABLE session (
  id         INTEGER PRIMARY KEY,
  person_id  INTEGER NOT NULL,
  digest     BLOB NOT NULL UNIQUE,
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  used_us    INTEGER NOT NULL
);
CREATE INDEX session_by_person ON session (person_id, id);
-- An attempt to sign in, counted before the password is compared. The subject is a digest: what strangers type is not kept.
CREATE TABLE sign_in_attempt (
  id      INTEGER PRIMARY KEY,
  subject BLOB NOT NULL,
  at_us   INTEGER NOT NULL
);
CREATE INDEX sign_in_attempt_by_subject ON sign_in_attempt (subject, at_us);
