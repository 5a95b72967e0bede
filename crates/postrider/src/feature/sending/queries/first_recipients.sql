SELECT r.message_id, r.field, r.forward_path FROM (
  SELECT d.message_id, d.field, d.forward_path, d.id,
    row_number() OVER (PARTITION BY d.message_id ORDER BY d.id) AS place
  FROM delivery d WHERE d.workspace_id = :workspace AND d.message_id IN (/* messages */)) r
WHERE r.place <= :each ORDER BY r.id
