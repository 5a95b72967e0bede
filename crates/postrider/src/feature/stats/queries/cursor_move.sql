-- Changes one row, or none when another process was here in between.
INSERT INTO counter_cursor (writer, event_id) VALUES (:writer, :upto)
ON CONFLICT (writer) DO UPDATE SET event_id = excluded.event_id WHERE counter_cursor.event_id = :after
