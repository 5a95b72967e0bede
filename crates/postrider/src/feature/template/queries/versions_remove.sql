DELETE FROM template_version WHERE workspace_id = :workspace AND template_id = :template
