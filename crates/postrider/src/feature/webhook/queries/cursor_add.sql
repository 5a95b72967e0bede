INSERT INTO webhook_cursor (webhook_id, cursor) VALUES (:id, :cursor)
