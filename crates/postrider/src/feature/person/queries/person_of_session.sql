SELECT session.id, session.used_us, person.id, person.email, person.name, person.locale, person.theme, person.zone,
  person.operator, session.strength
FROM session JOIN person ON person.id = session.person_id
WHERE session.digest = :digest AND session.created_us > :oldest AND session.used_us > :idle
