-- The next :ahead messages.
SELECT id FROM captured
WHERE workspace_id = :workspace
  AND id < :edge
ORDER BY id DESC LIMIT :ahead
