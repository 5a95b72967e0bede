DELETE FROM session WHERE id = :id AND person_id = :person
