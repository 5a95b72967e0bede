DELETE FROM webhook_attempt WHERE id > :after AND id <= :upto
