-- The siblings are asked for once a message, not once a delivery.
DELETE FROM delivery WHERE id > :after AND id <= :upto AND message_id NOT IN
  (SELECT message_id FROM delivery WHERE (state = 'due' OR finished_us >= :cut_us) AND message_id IN
    (SELECT message_id FROM delivery WHERE id > :after AND id <= :upto))
