DELETE FROM captured WHERE id IN (SELECT id FROM captured WHERE workspace_id = :workspace ORDER BY id LIMIT :limit)
RETURNING id
