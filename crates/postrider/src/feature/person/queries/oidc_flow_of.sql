SELECT person_id, invitation FROM oidc_flow WHERE digest = :digest AND id > :after
