DELETE FROM attachment WHERE workspace_id = :workspace AND id = :id
