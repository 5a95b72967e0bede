SELECT id, data FROM webhook_attempt WHERE webhook_id = :id AND workspace_id = :workspace AND id < :below
ORDER BY id DESC LIMIT :limit
