DELETE FROM sign_in_attempt WHERE id > :after AND id <= :upto
