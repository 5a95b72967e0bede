DELETE FROM webhook_cursor WHERE webhook_id = :id
