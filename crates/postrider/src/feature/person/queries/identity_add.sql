-- Changes nothing where it is somebody's already, or the person has another of this issuer.
INSERT INTO identity (issuer, subject, person_id, email, created_us, used_us)
VALUES (:issuer, :subject, :person, :email, :now, NULL)
ON CONFLICT DO NOTHING
