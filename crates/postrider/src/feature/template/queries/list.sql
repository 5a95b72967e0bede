SELECT id, key, name, version, created_us, updated_us FROM template
WHERE workspace_id = :workspace
  AND id < :edge
ORDER BY id DESC LIMIT :limit
