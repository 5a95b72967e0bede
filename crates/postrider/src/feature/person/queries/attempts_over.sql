DELETE FROM sign_in_attempt WHERE at_us <= :since OR subject = :subject
