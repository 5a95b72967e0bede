INSERT INTO attachment_link (id, workspace_id, message_id, sha256, filename, size, expires_us)
VALUES (:id, :workspace, :message, :sha256, :filename, :size, :expires)
