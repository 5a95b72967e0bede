SELECT bytes FROM captured WHERE workspace_id = :workspace AND id = :id
