UPDATE delivery SET due_us = :now
WHERE state = 'due' AND attempts > 0 AND due_us > :now
  AND (workspace_id = :workspace OR :workspace = 0)
  AND (domain = :domain OR :domain = '')
  AND (lane = :lane OR :lane = -1)
RETURNING id
