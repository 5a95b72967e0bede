DELETE FROM password_reset WHERE digest = :digest AND id > :after
