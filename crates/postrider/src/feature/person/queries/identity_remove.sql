DELETE FROM identity WHERE person_id = :person AND issuer = :issuer
