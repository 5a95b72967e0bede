SELECT id, name, status, created_us, checked_us, verified_us, findings FROM domain
WHERE workspace_id = :workspace AND id < :before ORDER BY id DESC LIMIT :limit
