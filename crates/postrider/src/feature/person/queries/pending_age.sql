DELETE FROM sign_in_pending WHERE id > :after AND id <= :upto
