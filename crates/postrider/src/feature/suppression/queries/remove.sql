DELETE FROM suppression WHERE workspace_id = :workspace AND address = :address RETURNING id
