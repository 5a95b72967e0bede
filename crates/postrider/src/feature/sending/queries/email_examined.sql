-- The last of the next :examined messages, if there are so many.
SELECT id FROM message
WHERE workspace_id = :workspace AND id >= :first AND id < :last
  AND id < :edge
ORDER BY id DESC LIMIT 1 OFFSET CAST(:examined AS BIGINT) - 1
