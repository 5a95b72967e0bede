SELECT id, stream_id, address, reason, delivery_id, evidence, created_us FROM suppression
WHERE workspace_id = :workspace
  AND id < :edge
ORDER BY id DESC LIMIT :limit
