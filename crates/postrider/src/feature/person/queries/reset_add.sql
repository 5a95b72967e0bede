INSERT INTO password_reset (id, person_id, digest) VALUES (:id, :person, :digest)
