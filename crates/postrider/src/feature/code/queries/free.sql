-- A row while another check may be made.
SELECT 1 WHERE (SELECT count(*) FROM code_attempt WHERE subject = :subject AND at_us > :since) < :attempts_max
