-- Files that an email leads to instead of carrying them. Written with the message; the octets are in attachment_content.
CREATE TABLE attachment_link (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,
  sha256       BLOB NOT NULL,
  filename     TEXT NOT NULL,
  size         INTEGER NOT NULL,
  expires_us   INTEGER NOT NULL,
  -- Answers with the file that began; those to HEAD do not count.
  downloads    INTEGER NOT NULL DEFAULT 0,
  last_us      INTEGER
);
CREATE INDEX attachment_link_by_message ON attachment_link (message_id, id);
CREATE INDEX attachment_link_by_content ON attachment_link (workspace_id, sha256);
