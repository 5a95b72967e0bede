INSERT INTO membership (person_id, workspace_id, role) VALUES (:person, :workspace, :role)
