SELECT subject FROM code WHERE id = :id AND workspace_id = :workspace
