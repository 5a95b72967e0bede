DELETE FROM code_attempt WHERE id > :after AND id <= :upto
