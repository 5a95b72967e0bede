-- The last of the next messages that one page looks at: at most :messages, and no more than :deliveries before the last.
SELECT max(id) FROM (
  SELECT id, CAST(sum(deliveries) OVER (ORDER BY id) AS BIGINT) - deliveries AS passed FROM (
    SELECT id, deliveries FROM message
    WHERE workspace_id = :workspace AND id > :after AND id < :below ORDER BY id LIMIT :messages) AS ahead
) AS page WHERE passed < :deliveries
