UPDATE identity SET used_us = :now, email = :email
WHERE issuer = :issuer AND subject = :subject AND person_id = :person
