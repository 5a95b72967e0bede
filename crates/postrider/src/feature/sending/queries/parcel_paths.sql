SELECT id, forward_path, notify FROM delivery
WHERE id > :message AND id <= :last AND message_id = :message AND state = 'due' ORDER BY id
