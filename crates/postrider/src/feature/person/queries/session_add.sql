INSERT INTO session (id, person_id, digest, address, agent, created_us, used_us, strength)
VALUES (:id, :person, :digest, :address, :agent, :now, :now, :strength)
