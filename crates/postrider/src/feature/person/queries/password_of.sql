SELECT password FROM person WHERE id = :id
