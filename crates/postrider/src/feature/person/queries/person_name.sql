SELECT name FROM person WHERE id = :person
