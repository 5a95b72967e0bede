DELETE FROM engagement WHERE id > :after AND id <= :upto AND at_us < :cut_us
