DELETE FROM passkey_challenge WHERE digest = :digest AND id > :after
