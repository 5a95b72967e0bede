SELECT id, workspace_id, address FROM suppression WHERE id > :after ORDER BY id LIMIT :limit
