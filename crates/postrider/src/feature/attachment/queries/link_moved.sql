UPDATE attachment_link SET expires_us = :expires
WHERE workspace_id = :workspace AND message_id = :message AND expires_us < :expires
