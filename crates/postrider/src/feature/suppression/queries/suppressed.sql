SELECT reason FROM suppression
WHERE workspace_id = :workspace AND address = :address AND stream_id IN (0, :stream) ORDER BY stream_id LIMIT 1
