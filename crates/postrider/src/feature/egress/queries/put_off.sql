UPDATE delivery SET due_us = :due WHERE id = :delivery AND workspace_id = :workspace AND state = 'due'
