DELETE FROM template_part WHERE workspace_id = :workspace AND id = :id
