DELETE FROM attachment WHERE id > :after AND id <= :upto
