SELECT workspace_id, role FROM membership WHERE person_id = :person ORDER BY workspace_id
