DELETE FROM password_reset WHERE person_id = :person
