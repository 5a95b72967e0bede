SELECT id, name, locale FROM person WHERE email = :email
