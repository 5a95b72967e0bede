SELECT id, workspace_id, name, at_us, message_id, delivery_id, data FROM event
WHERE id > :after AND id < :below ORDER BY id LIMIT :limit
