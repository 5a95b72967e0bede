-- In order of time: several writers may tell of one message, and their ids say nothing about each other.
SELECT id, workspace_id, name, at_us, message_id, delivery_id, data FROM event
WHERE message_id = :message AND workspace_id = :workspace
  AND (at_us, id) > (:at, :edge)
ORDER BY at_us ASC, id ASC LIMIT :limit
