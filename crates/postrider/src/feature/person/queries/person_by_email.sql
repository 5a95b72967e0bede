SELECT id, password FROM person WHERE email = :email
