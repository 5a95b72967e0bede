INSERT INTO support_link (message_id, until_s, workspace_id) VALUES (:message, :until, :workspace)
ON CONFLICT (message_id, until_s) DO NOTHING
