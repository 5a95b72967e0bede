-- The sign keeps SQLite from walking along the whole queue of the workspace instead.
SELECT id, lane, domain, due_us, expires_us, attempts FROM delivery
WHERE id > :message AND id <= :last AND message_id = :message AND +workspace_id = :workspace AND state = 'due'
ORDER BY id
