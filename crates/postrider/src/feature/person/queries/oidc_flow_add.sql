INSERT INTO oidc_flow (id, digest, person_id) VALUES (:id, :digest, :person)
