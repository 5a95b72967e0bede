DELETE FROM event WHERE id > :after AND id <= :upto AND at_us < :cut_us
  AND (message_id IS NULL OR NOT EXISTS (SELECT 1 FROM message WHERE message.id = event.message_id))
