DELETE FROM invitation WHERE id = :id AND digest = :digest AND expires_us > :now
