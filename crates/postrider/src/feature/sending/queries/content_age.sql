-- A content has the id of its message, whose deliveries lie within 16,383 ids above it.
DELETE FROM content WHERE id > :after AND id <= :upto AND id NOT IN
  (SELECT message_id FROM delivery WHERE id > :after AND id <= :upto + 16383 AND (state = 'due' OR finished_us >= :cut_us))
