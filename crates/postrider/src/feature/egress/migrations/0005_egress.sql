-- One try at one delivery, immutable. Those at a message are found through its events: each is named by the one that it led to.
CREATE TABLE attempt (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  delivery_id  INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  started_us   INTEGER NOT NULL,
  duration_us  INTEGER NOT NULL,
  -- Where it went: the path, the peer's name and address, TLS as negotiated.
  site         TEXT NOT NULL,
  peer         TEXT NOT NULL,
  tls          TEXT,
  verdict      TEXT NOT NULL CHECK (verdict IN ('accepted', 'later', 'refused')),
  stage        TEXT NOT NULL,
  reply        TEXT NOT NULL,
  class        TEXT NOT NULL,
  rule         TEXT NOT NULL,
  -- Broken between the final dot and the reply: the peer may have taken it.
  ambiguous    INTEGER NOT NULL DEFAULT 0,
  conversation TEXT NOT NULL
);

-- Starts of the server. A start that ended cleanly left nothing in flight.
CREATE TABLE node_start (
  epoch      INTEGER PRIMARY KEY,
  started_us INTEGER NOT NULL,
  ended_us   INTEGER
);

-- What an operator stopped. An empty domain, a workspace of 0 or a lane of -1 match all.
CREATE TABLE hold (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  domain       TEXT NOT NULL,
  lane         INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  created_us   INTEGER NOT NULL
);
