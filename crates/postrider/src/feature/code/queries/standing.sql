-- A row also where there is no code.
SELECT c.id, c.state, c.salt, c.hash, c.expires_us, coalesce(c.attempts_max, :attempts_max), coalesce(c.life_us, :life),
  (SELECT count(*) FROM code_attempt WHERE subject = :subject AND at_us > :now - coalesce(c.life_us, :life)),
  (SELECT min(at_us) FROM code_attempt WHERE subject = :subject AND at_us > :now - coalesce(c.life_us, :life))
FROM (SELECT 1 AS one) AS anyway LEFT JOIN code c ON c.subject = :subject AND c.workspace_id = :workspace
