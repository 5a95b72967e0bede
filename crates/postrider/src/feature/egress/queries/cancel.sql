UPDATE delivery SET state = 'done', disposition = 'cancelled', finished_us = :now
WHERE id = :delivery AND workspace_id = :workspace AND state = 'due'
