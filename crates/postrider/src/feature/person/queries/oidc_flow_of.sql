SELECT person_id FROM oidc_flow WHERE digest = :digest AND id > :after
