-- The next :limit messages that have a delivery which ended so, by the index of those that ended otherwise than delivered.
SELECT message_id FROM delivery
WHERE workspace_id = :workspace AND disposition = :disposition AND disposition <> 'delivered'
  AND message_id >= :first AND message_id < :last
  AND message_id < :edge
GROUP BY message_id
ORDER BY message_id DESC LIMIT :limit
