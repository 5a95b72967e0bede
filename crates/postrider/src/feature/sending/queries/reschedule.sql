-- Changes nothing once one of its recipients was tried or has it: when it could be sent first is what their times are told from.
UPDATE message SET scheduled_us = :due, expires_us = :expires WHERE id = :message AND workspace_id = :workspace
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE id > :message AND id <= :last AND message_id = :message
    AND (attempts > 0 OR disposition IN ('delivered', 'bounced')))
