SELECT count(*) FROM (SELECT 1 FROM delivery
  WHERE state = 'due' AND workspace_id = :workspace AND lane = :lane AND domain = :domain AND id < :below
    AND (:put_off = 0 OR attempts > 0 AND due_us > :now)
  ORDER BY due_us, id LIMIT :limit) AS meant
