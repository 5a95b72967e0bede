DELETE FROM session WHERE id > :after AND id <= :upto AND used_us <= :cut_us
