SELECT id, workspace_id, name, class, created_us, tracking FROM stream ORDER BY id
