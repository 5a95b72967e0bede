SELECT workspace_id, lane, domain, id, message_id, due_us, expires_us, attempts, epoch, recoveries FROM delivery
WHERE state = 'due' AND (workspace_id, lane, domain) > (:workspace, :lane, :domain)
ORDER BY workspace_id, lane, domain, due_us, id LIMIT :limit
