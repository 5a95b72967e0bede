SELECT id, message_id, delivery_id, reverse_path, forward_path, author, subject, at_us FROM captured
WHERE workspace_id = :workspace
  AND id < :edge AND id > :far
  AND (:like = '' OR lower(forward_path) LIKE :like ESCAPE '!' OR lower(subject) LIKE :like ESCAPE '!')
ORDER BY id DESC LIMIT :limit
