INSERT INTO domain (id, workspace_id, name, status, created_us, verified_us)
VALUES (:id, :workspace, :name, :status, :now, :verified) ON CONFLICT (workspace_id, name) DO NOTHING
