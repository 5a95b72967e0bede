SELECT d.id, d.forward_path, d.notify, m.id, m.workspace_id, m.stream_id, m.reverse_path, m.author, m.subject, m.wishes,
  d.state, coalesce(m.scheduled_us, m.created_us), d.expires_us, d.reply
FROM delivery d JOIN message m ON m.id = d.message_id WHERE d.id = :delivery
