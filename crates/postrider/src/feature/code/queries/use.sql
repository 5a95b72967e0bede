-- Who signs in may soon do so again.
UPDATE code SET state = 'used', resend_us = :now WHERE id = :id AND workspace_id = :workspace AND state = 'live'
