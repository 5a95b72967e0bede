INSERT INTO sign_in_attempt (id, subject, at_us)
SELECT CAST(:id AS BIGINT), :subject, CAST(:now AS BIGINT)
WHERE (SELECT count(*) FROM sign_in_attempt WHERE subject = :subject AND at_us > :since) < CAST(:most AS BIGINT)
