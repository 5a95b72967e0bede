SELECT id, workspace_id, name, at_us, message_id, delivery_id, data FROM event
WHERE workspace_id = :workspace AND id > :after AND id <= :upto
ORDER BY id DESC LIMIT :limit
