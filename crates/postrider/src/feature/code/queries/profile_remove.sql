DELETE FROM code_profile WHERE workspace_id = :workspace AND id = :id
