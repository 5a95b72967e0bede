-- Deliveries whose senders want to hear of a delay (NOTIFY=DELAY), and when they are to be told. A row goes when it was
-- told, or when there is nothing to tell; no other delivery has one.
CREATE TABLE delay_notice (
  delivery_id INTEGER PRIMARY KEY,
  at_us       INTEGER NOT NULL
);
CREATE INDEX delay_notice_by_time ON delay_notice (at_us);
