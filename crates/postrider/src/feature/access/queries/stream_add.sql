INSERT INTO stream (id, workspace_id, name, class, tracking, created_us)
VALUES (:id, :workspace, :name, :class, :tracking, :now)
ON CONFLICT (workspace_id, name) DO NOTHING
