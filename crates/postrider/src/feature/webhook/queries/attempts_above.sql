SELECT id, data FROM webhook_attempt WHERE webhook_id = :id AND workspace_id = :workspace AND id >= :from
ORDER BY id LIMIT :limit
