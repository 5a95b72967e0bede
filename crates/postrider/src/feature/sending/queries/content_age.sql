-- A content has the id of its message.
DELETE FROM content WHERE id > :after AND id <= :upto
  AND id NOT IN (SELECT message_id FROM delivery WHERE message_id > :after AND message_id <= :upto
                 AND (state = 'due' OR finished_us >= :cut_us))
