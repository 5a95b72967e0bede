DELETE FROM invitation WHERE id = :id AND workspace_id = :workspace
