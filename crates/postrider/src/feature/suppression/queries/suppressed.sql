-- stream_id 0 is the whole workspace, -1 every marketing stream.
SELECT reason FROM suppression
WHERE workspace_id = :workspace AND address = :address AND (stream_id IN (0, :stream) OR (stream_id = -1 AND EXISTS
  (SELECT 1 FROM stream WHERE id = :stream AND workspace_id = :workspace AND class = 'marketing')))
ORDER BY stream_id LIMIT 1
