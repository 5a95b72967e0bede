SELECT s.message_id, s.disposition, s.attempted, s.ahead, count(*) FROM (
  SELECT d.message_id, coalesce(d.disposition, '') AS disposition,
    CASE WHEN d.attempts > 0 THEN 1 ELSE 0 END AS attempted,
    CASE WHEN d.due_us > :now THEN 1 ELSE 0 END AS ahead
  FROM delivery d WHERE d.workspace_id = :workspace AND d.message_id IN (/* messages */)) s
GROUP BY s.message_id, s.disposition, s.attempted, s.ahead
