DELETE FROM password_reset WHERE id > :after AND id <= :upto
