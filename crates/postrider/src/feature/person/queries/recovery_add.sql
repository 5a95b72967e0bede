INSERT INTO recovery_code (person_id, digest) VALUES (:person, :digest)
