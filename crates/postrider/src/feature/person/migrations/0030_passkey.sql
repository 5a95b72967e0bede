-- A key pair of an authenticator of a person; the private half never leaves it.
CREATE TABLE passkey (
  id         INTEGER PRIMARY KEY,
  person_id  INTEGER NOT NULL,
  -- What the person calls it.
  name       TEXT NOT NULL,
  -- As the authenticator names it.
  credential BLOB NOT NULL UNIQUE,
  -- Of COSE: EdDSA, ES256, RS256.
  algorithm  INTEGER NOT NULL CHECK (algorithm IN (-8, -7, -257)),
  -- SubjectPublicKeyInfo.
  public_key BLOB NOT NULL,
  -- Signatures so far, as the authenticator counts; 0 from those that do not count.
  counter    INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  used_us    INTEGER
);
CREATE INDEX passkey_by_person ON passkey (person_id);
-- A challenge that was handed out, as the digest of it with what it is for and whose browser has it. The row goes with its use.
CREATE TABLE passkey_challenge (
  id     INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE
);
-- What a session was begun with: the password alone, or two factors, of which a passkey is both.
ALTER TABLE session ADD COLUMN strength TEXT NOT NULL DEFAULT 'password' CHECK (strength IN ('password', 'two_factors'));
UPDATE session SET strength = 'two_factors'
WHERE person_id IN (SELECT person_id FROM second_factor WHERE state = 'on');
