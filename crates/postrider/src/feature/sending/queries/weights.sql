SELECT id, deliveries FROM message WHERE workspace_id = :workspace AND id IN (/* messages */)
