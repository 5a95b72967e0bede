SELECT id, workspace_id, domain, lane, reason, created_us FROM hold ORDER BY id
