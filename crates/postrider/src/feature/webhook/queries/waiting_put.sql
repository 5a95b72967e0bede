-- Not when the endpoint was removed meanwhile.
INSERT INTO webhook_waiting (webhook_id, event_id, event_us, message_id, attempts, due_us, batch_id)
SELECT w.id, :event, :event_us, :message, :attempts, :due, :batch FROM webhook w WHERE w.id = :id
ON CONFLICT (webhook_id, event_id) DO UPDATE SET attempts = excluded.attempts, due_us = excluded.due_us,
  batch_id = excluded.batch_id
