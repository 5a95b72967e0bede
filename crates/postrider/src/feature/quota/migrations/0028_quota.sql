-- Deliveries that a workspace may have accepted in a month (UTC); 0: as many as it likes. What lies beyond is refused, or only told of.
ALTER TABLE workspace ADD COLUMN quota INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspace ADD COLUMN quota_refuses INTEGER NOT NULL DEFAULT 0;
-- Since when nothing of it is accepted and nothing leaves; 0: it is not suspended.
ALTER TABLE workspace ADD COLUMN suspended_us INTEGER NOT NULL DEFAULT 0;
