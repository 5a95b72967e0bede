UPDATE delivery SET due_us = :now
WHERE state = 'due' AND attempts > 0 AND due_us > :now
  AND (:workspace = 0 OR workspace_id = :workspace)
  AND (:domain = '' OR domain = :domain)
  AND (:lane = -1 OR lane = :lane)
RETURNING id, message_id, workspace_id, lane, domain, expires_us, attempts
