INSERT INTO code_profile (id, workspace_id, name, alphabet, length, expires_s, attempts, resend_after_s, template, author, created_us)
SELECT :id, :workspace, :name, :alphabet, :length, :expires_s, :attempts, :resend_after_s, :template, :author, :now
WHERE (SELECT count(*) FROM code_profile WHERE workspace_id = :workspace) < :max
ON CONFLICT (workspace_id, name) DO NOTHING
