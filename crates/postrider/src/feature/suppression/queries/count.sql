SELECT count(*) FROM suppression WHERE workspace_id = :workspace AND reason = :reason
