-- Changes nothing while the former one is too young to be replaced.
INSERT INTO code (id, workspace_id, subject, state, salt, hash, attempts_max, life_us, expires_us, resend_us)
VALUES (:id, :workspace, :subject, 'live', :salt, :hash, :attempts_max, :life, :expires, :resend)
ON CONFLICT (subject) DO UPDATE SET id = excluded.id, state = excluded.state, salt = excluded.salt, hash = excluded.hash,
  attempts_max = excluded.attempts_max, life_us = excluded.life_us, expires_us = excluded.expires_us, resend_us = excluded.resend_us
WHERE code.resend_us <= :now
