SELECT w.id, w.workspace_id, w.endpoint, w.events, w.streams, w.headers, w.message_headers, w.batch, w.secret,
  w.former_secret, w.former_until_us, w.seed, w.state, w.reason, w.failing_since_us, w.created_us
FROM webhook w ORDER BY w.id
