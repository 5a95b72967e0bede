DELETE FROM template WHERE workspace_id = :workspace AND id = :id
