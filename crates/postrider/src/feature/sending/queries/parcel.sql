SELECT m.workspace_id, m.stream_id, m.reverse_path, m.author, m.subject, c.encoding, c.size, c.bytes, m.wishes, m.deliveries
FROM message m JOIN content c ON c.id = m.id WHERE m.id = :message
