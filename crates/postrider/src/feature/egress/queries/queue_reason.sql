-- What waits longest was tried last; a queue of new mail only is not searched further.
SELECT reason, reply FROM (
  SELECT attempts, reason, reply FROM delivery
  WHERE state = 'due' AND workspace_id = :workspace AND lane = :lane AND domain = :domain
  ORDER BY due_us DESC, id DESC LIMIT 100
) AS latest
WHERE attempts > 0 LIMIT 1
