SELECT count(*) FROM delivery
WHERE state = 'due'
  AND (:put_off = 0 OR attempts > 0 AND due_us > :now)
  AND (workspace_id = :workspace OR :workspace = 0)
  AND (domain = :domain OR :domain = '')
  AND (lane = :lane OR :lane = -1)
