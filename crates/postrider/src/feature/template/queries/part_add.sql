INSERT INTO template_part (id, workspace_id, kind, name, body, created_us, updated_us)
SELECT :id, :workspace, :kind, :name, :body, :now, :now
WHERE (SELECT count(*) FROM template_part WHERE workspace_id = :workspace) < :max
ON CONFLICT (workspace_id, kind, name) DO NOTHING
