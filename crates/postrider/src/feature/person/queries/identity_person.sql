SELECT person.id FROM identity JOIN person ON person.id = identity.person_id
WHERE identity.issuer = :issuer AND identity.subject = :subject
