-- A link for a new password that was mailed or handed over. The row goes when a password is set, or with its hour.
CREATE TABLE password_reset (
  id        INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  -- The token itself is never stored: only its SHA-256.
  digest    BLOB NOT NULL UNIQUE
);
CREATE INDEX password_reset_by_person ON password_reset (person_id);
