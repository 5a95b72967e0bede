-- Changes nothing where the authenticator's name for it is taken, or the person has as many as there may be.
INSERT INTO passkey (id, person_id, name, credential, algorithm, public_key, counter, created_us)
SELECT CAST(:id AS BIGINT), CAST(:person AS BIGINT), CAST(:name AS TEXT), :credential, CAST(:algorithm AS BIGINT), :key,
  CAST(:counter AS BIGINT), CAST(:now AS BIGINT)
WHERE (SELECT count(*) FROM passkey WHERE person_id = :person) < CAST(:most AS BIGINT)
ON CONFLICT (credential) DO NOTHING
