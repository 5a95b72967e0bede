SELECT id, name FROM workspace ORDER BY id
