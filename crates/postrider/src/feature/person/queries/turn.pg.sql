-- Whoever counts attempts or owners waits here for who did so before: counts are exact.
SELECT pg_advisory_xact_lock(1668244581, 22)::text
