SELECT id, filename, size, sha256, expires_us, downloads, last_us FROM attachment_link
WHERE workspace_id = :workspace AND id = :id
