SELECT state, secret, step, (SELECT count(*) FROM recovery_code WHERE person_id = :person)
FROM second_factor WHERE person_id = :person
