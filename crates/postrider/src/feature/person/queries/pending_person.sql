SELECT person_id FROM sign_in_pending WHERE digest = :digest AND id > :after
