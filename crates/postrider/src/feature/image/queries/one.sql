SELECT id, token, name, format, width, height, size, created_us FROM image
WHERE workspace_id = :workspace AND id = :id
