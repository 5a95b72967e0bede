-- As 1001_search.sql; the terms are compared by their octets, whatever the database's language: prefixes are ranges.
CREATE TABLE search_block (
  segment      BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  term         TEXT COLLATE "C" NOT NULL,
  batch        BIGINT NOT NULL,
  messages     BYTEA NOT NULL,
  PRIMARY KEY (segment, workspace_id, term, batch)
);
CREATE TABLE search_segment (
  segment       BIGINT PRIMARY KEY,
  first_message BIGINT NOT NULL,
  last_message  BIGINT NOT NULL,
  folded        BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE search_cursor (
  writer   BIGINT PRIMARY KEY,
  event_id BIGINT NOT NULL
);
