SELECT count(*) FROM webhook_replay WHERE webhook_id = :id
