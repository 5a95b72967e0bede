INSERT INTO stream (id, workspace_id, name, class, created_us) VALUES (:id, :workspace, :name, :class, :now)
ON CONFLICT (workspace_id, name) DO NOTHING
