INSERT INTO sign_in_pending (id, person_id, digest) VALUES (:id, :person, :digest)
