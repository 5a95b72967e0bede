SELECT email, created_us, used_us FROM identity WHERE person_id = :person AND issuer = :issuer
