SELECT DISTINCT stream_id, key FROM counter
WHERE workspace_id = :workspace AND dimension = :dimension AND hour_us = :hour
