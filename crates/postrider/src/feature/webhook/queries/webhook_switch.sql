UPDATE webhook SET state = :state, reason = :reason,
  failing_since_us = CASE WHEN :state = 'enabled' THEN NULL ELSE failing_since_us END
WHERE id = :id AND workspace_id = :workspace AND state <> :state
