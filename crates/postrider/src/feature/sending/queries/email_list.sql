-- Of the messages up to :far those that fit. :first and :last bound the ids by time.
SELECT m.id, m.author, m.subject, m.stream_id, m.message_id, m.tags, m.created_us, m.scheduled_us
FROM (
  SELECT id, author, subject, stream_id, message_id, tags, created_us, scheduled_us, deliveries
  FROM message
  WHERE workspace_id = :workspace AND id >= :first AND id < :last
    AND id < :edge AND id > :far
  ) m
WHERE m.created_us >= :since AND m.created_us < :until
  AND (CAST(:stream AS BIGINT) = 0 OR m.stream_id = :stream)
  AND (:tag = '' OR replace(m.tags, :tag, '') <> m.tags)
  AND (:status = '' OR EXISTS (
    SELECT 1 FROM delivery d
    WHERE d.id > m.id AND d.id <= m.id + m.deliveries AND :status = CASE
      WHEN d.state = 'due' AND d.attempts > 0 THEN 'delivery_delayed'
      WHEN d.state = 'due' AND d.due_us > CAST(:now AS BIGINT) THEN 'scheduled'
      WHEN d.state = 'due' THEN 'queued'
      WHEN d.disposition = 'cancelled' THEN 'canceled'
      WHEN d.disposition = 'expired' THEN 'failed'
      ELSE d.disposition END))
ORDER BY m.id DESC LIMIT :limit
