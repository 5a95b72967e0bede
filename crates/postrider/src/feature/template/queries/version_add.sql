INSERT INTO template_version (id, workspace_id, template_id, number, source, compiled, created_us)
VALUES (:id, :workspace, :template, :number, :source, :compiled, :now)
ON CONFLICT (workspace_id, template_id, number) DO NOTHING
