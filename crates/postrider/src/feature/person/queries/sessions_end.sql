DELETE FROM session WHERE person_id = :person AND id <> :but
