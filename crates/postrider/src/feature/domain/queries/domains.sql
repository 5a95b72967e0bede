SELECT id, workspace_id, name, status, tracking_host FROM domain ORDER BY id
