DELETE FROM domain WHERE workspace_id = :workspace AND id = :id
