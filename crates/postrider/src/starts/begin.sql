INSERT INTO node_start (epoch, started_us) VALUES (:epoch, :now)
