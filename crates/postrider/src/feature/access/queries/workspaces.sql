SELECT id, name, title FROM workspace ORDER BY id
