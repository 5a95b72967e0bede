UPDATE engagement SET address = NULL WHERE id > :after AND id <= :upto AND address IS NOT NULL AND at_us < :cut_us
