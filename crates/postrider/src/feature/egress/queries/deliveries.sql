SELECT id, workspace_id, message_id, lane, domain, forward_path, state, due_us, expires_us, attempts, recoveries,
  disposition, reason, reply, finished_us
FROM delivery
WHERE (message_id = :message OR id = :delivery) AND (workspace_id = :workspace OR :workspace = 0)
ORDER BY id LIMIT :limit
