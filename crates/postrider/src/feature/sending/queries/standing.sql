SELECT s.message, s.disposition, s.attempted, s.ahead, count(*) FROM (
  SELECT m.id AS message, coalesce(d.disposition, '') AS disposition,
    CASE WHEN d.attempts > 0 THEN 1 ELSE 0 END AS attempted,
    CASE WHEN d.due_us > :now THEN 1 ELSE 0 END AS ahead
  FROM message m JOIN delivery d ON d.id > m.id AND d.id <= m.id + m.deliveries
  WHERE m.workspace_id = :workspace AND m.id IN (/* messages */)) s
GROUP BY s.message, s.disposition, s.attempted, s.ahead
