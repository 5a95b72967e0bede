UPDATE delivery SET due_us = :due, expires_us = :expires
WHERE id = :delivery AND workspace_id = :workspace AND state = 'due' AND attempts = 0
