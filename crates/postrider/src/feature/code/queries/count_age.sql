DELETE FROM code_count WHERE id > :after AND id <= :upto
