SELECT id, name, shown, scope, domain_id, created_us, last_used_us, role FROM api_key
WHERE workspace_id = :workspace AND revoked_us IS NULL 
  AND id < :edge
ORDER BY id DESC LIMIT :limit
