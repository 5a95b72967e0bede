SELECT id, workspace_id, name, status FROM domain ORDER BY id
