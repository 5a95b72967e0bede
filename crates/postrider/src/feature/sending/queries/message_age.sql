DELETE FROM message WHERE id > :after AND id <= :upto AND id NOT IN
  (SELECT message_id FROM delivery WHERE id > :after AND id <= :upto + 16383)
