SELECT name, shown, revoked_us FROM api_key WHERE workspace_id = :workspace AND id = :id
