-- Changes nothing when there were as many as there may be.
INSERT INTO code_count (id, subject, hour_us, n) VALUES (:id, :subject, :hour, 1)
ON CONFLICT (subject, hour_us) DO UPDATE SET n = code_count.n + 1 WHERE code_count.n < :max
