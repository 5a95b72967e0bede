-- Links for support that are open. A link's token says the same, sealed: without its row it opens nothing.
CREATE TABLE support_link (
  message_id   INTEGER NOT NULL,
  -- Seconds since 1970.
  until_s      INTEGER NOT NULL,
  workspace_id INTEGER NOT NULL,
  PRIMARY KEY (message_id, until_s)
);
CREATE INDEX support_link_by_end ON support_link (until_s);
