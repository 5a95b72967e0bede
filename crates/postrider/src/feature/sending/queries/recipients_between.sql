SELECT id, workspace_id, message_id, forward_path FROM delivery WHERE id >= :from AND id <= :to ORDER BY id
