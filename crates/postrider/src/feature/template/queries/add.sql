INSERT INTO template (id, workspace_id, key, name, draft, created_us, updated_us)
VALUES (:id, :workspace, :key, :name, :draft, :now, :now)
ON CONFLICT (workspace_id, key) DO NOTHING
