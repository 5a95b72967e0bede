SELECT compiled FROM template_version WHERE workspace_id = :workspace AND id = :id
