UPDATE code_profile SET name = :name, alphabet = :alphabet, length = :length, expires_s = :expires_s, attempts = :attempts,
  resend_after_s = :resend_after_s, template = :template, author = :author
WHERE workspace_id = :workspace AND id = :id
