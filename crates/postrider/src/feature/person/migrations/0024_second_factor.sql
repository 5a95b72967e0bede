-- A person's second factor: a secret shared with an app (RFC 6238), and codes for the day on which the app is lost.
CREATE TABLE second_factor (
  person_id  INTEGER PRIMARY KEY,
  -- Offered: shown, and not confirmed by a first code yet. Signing in does not ask for it.
  state      TEXT NOT NULL CHECK (state IN ('offered', 'on')),
  secret     BLOB NOT NULL,
  -- The period of the last code that was accepted: neither it nor an earlier one is accepted again.
  step       INTEGER NOT NULL,
  created_us INTEGER NOT NULL
);
-- SHA-256 of 80 random bits. The row goes when its code is used.
CREATE TABLE recovery_code (
  person_id INTEGER NOT NULL,
  digest    BLOB NOT NULL,
  PRIMARY KEY (person_id, digest)
);
-- Somebody whose password was right and whose second factor is awaited. It opens nothing else.
CREATE TABLE sign_in_pending (
  id        INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  digest    BLOB NOT NULL UNIQUE
);
CREATE INDEX sign_in_pending_by_person ON sign_in_pending (person_id);
