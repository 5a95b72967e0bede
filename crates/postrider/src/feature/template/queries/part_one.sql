SELECT id, kind, name, body, created_us, updated_us FROM template_part
WHERE workspace_id = :workspace AND id = :id
