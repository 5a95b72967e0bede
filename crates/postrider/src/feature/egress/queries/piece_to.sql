SELECT workspace_id, lane, domain, id, message_id, due_us, expires_us, attempts, epoch, recoveries FROM delivery
WHERE state = 'due' AND workspace_id = :workspace AND lane = :lane AND domain = :domain AND (due_us, id) > (:due, :delivery)
  AND id < :below AND (:put_off = 0 OR attempts > 0 AND due_us > :now)
ORDER BY due_us, id LIMIT :limit
