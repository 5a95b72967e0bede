DELETE FROM image WHERE workspace_id = :workspace AND id = :id
