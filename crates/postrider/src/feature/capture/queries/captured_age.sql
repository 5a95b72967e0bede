DELETE FROM captured WHERE id > :after AND id <= :upto
