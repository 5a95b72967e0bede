SELECT count(*) FROM webhook_waiting WHERE webhook_id = :id
