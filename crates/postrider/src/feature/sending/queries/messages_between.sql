SELECT id, author, subject, message_id, tags FROM message WHERE id >= :from AND id <= :to ORDER BY id
