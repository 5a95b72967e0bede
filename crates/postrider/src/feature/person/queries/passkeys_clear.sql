DELETE FROM passkey WHERE person_id = :person
