INSERT INTO sign_in_pending (id, person_id, digest, issuer, subject, email)
VALUES (:id, :person, :digest, :issuer, :subject, :email)
