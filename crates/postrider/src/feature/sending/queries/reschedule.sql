UPDATE message SET scheduled_us = :due, expires_us = :expires WHERE id = :message AND workspace_id = :workspace
