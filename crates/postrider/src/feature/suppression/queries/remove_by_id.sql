DELETE FROM suppression WHERE workspace_id = :workspace AND id = :id
