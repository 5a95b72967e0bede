-- The siblings, which lie within 16,383 ids, are asked for once a message, not once a delivery.
DELETE FROM delivery WHERE id > :after AND id <= :upto AND message_id NOT IN
  (SELECT message_id FROM delivery
   WHERE id > :after - 16383 AND id <= :upto + 16383 AND (state = 'due' OR finished_us >= :cut_us))
