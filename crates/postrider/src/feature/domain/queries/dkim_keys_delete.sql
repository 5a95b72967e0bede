DELETE FROM dkim_key WHERE workspace_id = :workspace AND domain_id = :id
