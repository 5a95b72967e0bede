SELECT max(id) FROM event WHERE id > :from AND id < :below
