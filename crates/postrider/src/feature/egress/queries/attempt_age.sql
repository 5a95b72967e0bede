DELETE FROM attempt WHERE id > :after AND id <= :upto
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.id = attempt.delivery_id)
