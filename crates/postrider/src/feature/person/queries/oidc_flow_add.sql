INSERT INTO oidc_flow (id, digest, person_id, invitation) VALUES (:id, :digest, :person, :invitation)
