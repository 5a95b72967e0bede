INSERT INTO webhook (id, workspace_id, endpoint, events, streams, headers, message_headers, batch, secret, seed, state,
  reason, created_us)
VALUES (:id, :workspace, :endpoint, :events, :streams, :headers, :message_headers, :batch, :secret, :seed, :state,
  :reason, :now)
