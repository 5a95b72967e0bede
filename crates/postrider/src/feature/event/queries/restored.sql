INSERT INTO event (id, workspace_id, name, at_us, data) VALUES (:id, :workspace, 'database.restored', :now, :data)
