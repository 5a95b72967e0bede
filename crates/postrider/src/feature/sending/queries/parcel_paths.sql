SELECT id, forward_path, notify FROM delivery WHERE message_id = :message AND state = 'due' ORDER BY id
