INSERT INTO membership (person_id, workspace_id, role) VALUES (:person, :workspace, :role)
ON CONFLICT (person_id, workspace_id) DO NOTHING
