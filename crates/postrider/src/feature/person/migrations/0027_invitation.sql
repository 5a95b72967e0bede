-- Somebody who is asked into a workspace. The row goes when the invitation is taken, revoked, or over.
CREATE TABLE invitation (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  -- Folded.
  email        TEXT NOT NULL,
  role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'marketer', 'seller')),
  -- The token itself is never stored: only its SHA-256.
  digest       BLOB NOT NULL UNIQUE,
  -- Who asked. When their role changes, what they offered goes.
  person_id    INTEGER NOT NULL,
  expires_us   INTEGER NOT NULL,
  UNIQUE (workspace_id, email)
);
