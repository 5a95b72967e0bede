SELECT id, name, alphabet, length, expires_s, attempts, resend_after_s, template, author, created_us FROM code_profile
WHERE workspace_id = :workspace AND (id = :id OR name = :name)
