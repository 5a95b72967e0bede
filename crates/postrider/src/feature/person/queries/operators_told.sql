SELECT id, email, locale FROM person WHERE operator = 1 AND alerts <> 'off' ORDER BY id LIMIT :limit
