UPDATE webhook SET endpoint = :endpoint, events = :events, streams = :streams, headers = :headers,
  message_headers = :message_headers, batch = :batch, seed = :seed, state = :state, reason = :reason,
  failing_since_us = CASE WHEN :state = 'enabled' AND state = 'disabled' THEN NULL ELSE failing_since_us END
WHERE id = :id AND workspace_id = :workspace
