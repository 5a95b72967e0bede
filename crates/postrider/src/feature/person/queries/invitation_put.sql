-- Whoever is asked again has the newest invitation alone. Changes nothing where there are as many as there may be.
INSERT INTO invitation (id, workspace_id, email, role, digest, person_id, expires_us)
SELECT CAST(:id AS BIGINT), CAST(:workspace AS BIGINT), CAST(:email AS TEXT), CAST(:role AS TEXT), :digest,
  CAST(:person AS BIGINT), CAST(:expires AS BIGINT)
WHERE (SELECT count(*) FROM invitation WHERE workspace_id = :workspace) < CAST(:most AS BIGINT)
ON CONFLICT (workspace_id, email) DO UPDATE SET id = excluded.id, role = excluded.role, digest = excluded.digest,
  person_id = excluded.person_id, expires_us = excluded.expires_us
WHERE invitation.expires_us <= CAST(:now AS BIGINT) OR CAST(:gives AS TEXT) LIKE '%,' || invitation.role || ',%'
