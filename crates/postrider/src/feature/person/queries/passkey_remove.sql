DELETE FROM passkey WHERE id = :id AND person_id = :person
