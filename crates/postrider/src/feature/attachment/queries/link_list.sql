SELECT id, filename, size, sha256, expires_us, downloads, last_us FROM attachment_link
WHERE workspace_id = :workspace AND message_id = :message
  AND id > :edge
ORDER BY id ASC LIMIT :limit
