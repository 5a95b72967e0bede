SELECT person.id, person.email, person.name FROM password_reset JOIN person ON person.id = password_reset.person_id
WHERE password_reset.digest = :digest AND password_reset.id > :after
