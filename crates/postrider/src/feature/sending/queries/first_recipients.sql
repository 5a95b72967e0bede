SELECT m.id, d.field, d.forward_path
FROM message m JOIN delivery d ON d.id > m.id AND d.id <= m.id + m.deliveries AND d.id <= m.id + :each
WHERE m.workspace_id = :workspace AND m.id IN (/* messages */) ORDER BY d.id
