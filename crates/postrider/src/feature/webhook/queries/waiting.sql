SELECT event_id, event_us, message_id, attempts, due_us, batch_id FROM webhook_waiting WHERE webhook_id = :id
