SELECT count(*) FROM delivery
WHERE state = 'due' AND workspace_id = :workspace AND lane IN (:lane0, :lane1, :lane2, :lane3)
  AND (:put_off = 0 OR attempts > 0 AND due_us > :now)
