SELECT person_id, issuer, subject, email FROM sign_in_pending WHERE digest = :digest AND id > :after
