SELECT id, workspace_id, name, class, created_us FROM stream ORDER BY id
