UPDATE workspace SET logo = :logo WHERE id = :id AND (CAST(:logo AS TEXT) IS NULL
  OR EXISTS (SELECT 1 FROM image WHERE workspace_id = :id AND token = :logo))
