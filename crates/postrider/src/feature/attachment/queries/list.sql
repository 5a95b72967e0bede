SELECT id, filename, content_type, size, sha256, created_us, used_us FROM attachment
WHERE workspace_id = :workspace
  AND id < :edge
ORDER BY id DESC LIMIT :limit
