DELETE FROM webhook_waiting WHERE webhook_id = :id AND event_id = :event
