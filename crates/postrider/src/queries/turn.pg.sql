-- Whoever counts, or looks whether something is there, waits here for who did so before.
SELECT pg_advisory_xact_lock(1668244581, CAST(:what AS INTEGER))::text
