UPDATE delivery SET due_us = :now
WHERE id = :delivery AND workspace_id = :workspace AND state = 'due' AND attempts > 0 AND due_us > :now
RETURNING id
