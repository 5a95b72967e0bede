DELETE FROM invitation WHERE id > :after AND id <= :upto AND expires_us <= :cut_us
