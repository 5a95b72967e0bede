-- An account that an issuer keeps, connected to a person.
CREATE TABLE identity (
  issuer     TEXT NOT NULL,
  -- The issuer's name for somebody: one person's, whatever address it has.
  subject    TEXT NOT NULL,
  person_id  INTEGER NOT NULL,
  -- What the issuer said last of its address: shown to the person, and believed by nobody.
  email      TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  used_us    INTEGER,
  PRIMARY KEY (issuer, subject),
  UNIQUE (person_id, issuer)
);
-- A sign-in by an issuer that was begun, as the digest of the token that its browser has. The row goes with its use.
CREATE TABLE oidc_flow (
  id        INTEGER PRIMARY KEY,
  digest    BLOB NOT NULL UNIQUE,
  -- Who connects an account; 0: somebody signs in.
  person_id INTEGER NOT NULL,
  -- The digest of the invitation on whose page it was begun; empty: on another.
  invitation BLOB NOT NULL
);
-- What somebody came with whose second factor is awaited; empty: their password.
ALTER TABLE sign_in_pending ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in_pending ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in_pending ADD COLUMN email TEXT NOT NULL DEFAULT '';
