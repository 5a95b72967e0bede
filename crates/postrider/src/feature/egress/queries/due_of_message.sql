SELECT id, lane, domain, due_us, expires_us, attempts FROM delivery
WHERE message_id = :message AND workspace_id = :workspace AND state = 'due' ORDER BY id
