DELETE FROM webhook WHERE id = :id AND workspace_id = :workspace
