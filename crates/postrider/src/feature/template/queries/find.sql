SELECT id, key, name, draft, version, created_us, updated_us FROM template
WHERE workspace_id = :workspace AND (id = :id OR key = :key)
