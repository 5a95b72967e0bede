SELECT id, cursor, upto, from_us, until_us, events FROM webhook_replay WHERE webhook_id = :id ORDER BY id LIMIT 1
