SELECT format, bytes FROM image WHERE workspace_id = :workspace AND token = :token
