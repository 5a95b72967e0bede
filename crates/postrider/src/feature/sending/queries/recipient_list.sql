SELECT d.id, d.forward_path, d.field, d.state, d.disposition, d.reason, d.reply, d.attempts, d.due_us, d.finished_us
FROM delivery d
WHERE d.id > :message AND d.id <= :last AND d.message_id = :message AND d.workspace_id = :workspace
  AND d.id > :edge
ORDER BY d.id ASC LIMIT :limit
