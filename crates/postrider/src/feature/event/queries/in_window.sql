SELECT id, workspace_id, name, at_us, message_id, delivery_id, data FROM event
WHERE id > :after AND id <= :upto AND workspace_id = :workspace ORDER BY id LIMIT :limit
