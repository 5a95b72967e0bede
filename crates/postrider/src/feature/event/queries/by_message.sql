SELECT id, workspace_id, name, at_us, message_id, delivery_id, data FROM event
WHERE message_id = :message AND workspace_id = :workspace ORDER BY id LIMIT 10000
