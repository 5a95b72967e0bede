-- The secrets that sign tokens; the newest signs, the others are still known.
CREATE TABLE tracking_secret (
  number     INTEGER PRIMARY KEY,
  secret     BLOB NOT NULL,
  created_us INTEGER NOT NULL
);

-- What recipients and machines did with delivered mail: the facts of each request, and what is said of it.
CREATE TABLE engagement (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,
  delivery_id  INTEGER NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('open', 'click', 'trap', 'read')),
  at_us        INTEGER NOT NULL,
  -- Of a click: the link's number, its id where it has one, and where it led.
  link         INTEGER,
  link_id      TEXT,
  url          TEXT,
  asked        TEXT NOT NULL CHECK (asked IN ('get', 'head')),
  agent        TEXT NOT NULL,
  -- The client's address, null when its time is over; its /24 or /48; its region where one is known.
  address      TEXT,
  network      TEXT,
  region       TEXT,
  -- Of a reading: how long, and what the number is worth.
  seconds      INTEGER,
  quality      TEXT CHECK (quality IN ('measured', 'capped', 'unclear', 'not_measurable')),
  -- Since the recipient's server said 250, null when it had not; that server.
  after_ms     INTEGER,
  server       TEXT NOT NULL,
  -- What these rules say of it, and whether it is the delivery's first of its kind and verdict.
  rules        INTEGER NOT NULL,
  verdict      TEXT NOT NULL CHECK (verdict IN ('person', 'machine')),
  reasons      TEXT NOT NULL,
  first        INTEGER NOT NULL CHECK (first IN (0, 1)),
  CHECK ((kind = 'read') = (quality IS NOT NULL))
);
CREATE INDEX engagement_by_delivery ON engagement (delivery_id);
-- Addresses that still stand, so that those whose time is over are found without a walk over the rest.
CREATE INDEX engagement_with_address ON engagement (id) WHERE address IS NOT NULL;
