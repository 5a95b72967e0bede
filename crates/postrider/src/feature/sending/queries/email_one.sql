SELECT m.id, m.stream_id, m.author, m.subject, m.message_id, m.tags, m.metadata, m.created_us, m.scheduled_us,
  m.expires_us, m.size, c.encoding, c.size, c.bytes, m.origin, m.origin_id, m.wishes
FROM message m LEFT JOIN content c ON c.id = m.id
WHERE m.id = :message AND m.workspace_id = :workspace
