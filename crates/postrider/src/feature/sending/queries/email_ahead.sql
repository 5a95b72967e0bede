-- The next :ahead messages, and how many deliveries each has.
SELECT id, deliveries FROM message
WHERE workspace_id = :workspace AND id >= :first AND id < :last
  AND id < :edge
ORDER BY id DESC LIMIT :ahead
