DELETE FROM message WHERE id > :after AND id <= :upto
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.message_id = message.id)
