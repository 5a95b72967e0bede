DELETE FROM image WHERE workspace_id = :workspace AND id = :id
  AND NOT EXISTS (SELECT 1 FROM workspace WHERE id = :workspace AND logo = image.token)
