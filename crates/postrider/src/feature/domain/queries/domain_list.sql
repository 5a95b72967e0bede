SELECT id, name, status, created_us, checked_us, verified_us, findings, tracking_host FROM domain
WHERE workspace_id = :workspace
  AND id < :edge
ORDER BY id DESC LIMIT :limit
