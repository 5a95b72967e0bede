SELECT id, password, (SELECT count(*) FROM second_factor WHERE second_factor.person_id = person.id AND state = 'on')
FROM person WHERE email = :email
