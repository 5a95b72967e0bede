INSERT INTO suppression (id, workspace_id, stream_id, address, reason, delivery_id, evidence, created_us)
VALUES (:id, :workspace, :stream, :address, :reason, :delivery, :evidence, :now)
ON CONFLICT (workspace_id, address, stream_id) DO NOTHING RETURNING id
