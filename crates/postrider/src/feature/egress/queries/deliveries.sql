SELECT id, workspace_id, message_id, lane, domain, forward_path, state, due_us, expires_us, attempts, recoveries,
  disposition, reason, reply, finished_us
FROM delivery
WHERE id >= :first AND id <= :last AND (message_id = :message OR :message = 0)
  AND (workspace_id = :workspace OR :workspace = 0)
ORDER BY id LIMIT :limit
