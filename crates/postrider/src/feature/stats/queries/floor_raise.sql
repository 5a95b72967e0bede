INSERT INTO counter_floor (id, hour_us) VALUES (1, :hour)
ON CONFLICT (id) DO UPDATE SET hour_us = excluded.hour_us WHERE counter_floor.hour_us < excluded.hour_us
