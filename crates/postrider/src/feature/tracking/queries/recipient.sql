SELECT d.forward_path, d.message_id, m.stream_id FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.id = :delivery AND d.workspace_id = :workspace
