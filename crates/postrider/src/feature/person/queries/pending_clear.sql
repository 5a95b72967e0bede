DELETE FROM sign_in_pending WHERE person_id = :person
