SELECT min(id) FROM event WHERE id > :from
