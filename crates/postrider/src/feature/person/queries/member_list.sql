SELECT person.id, person.name, person.email, membership.role,
  (SELECT count(*) FROM second_factor WHERE second_factor.person_id = person.id AND state = 'on')
    + (SELECT count(*) FROM passkey WHERE passkey.person_id = person.id),
  (SELECT max(used_us) FROM session WHERE session.person_id = person.id)
FROM membership JOIN person ON person.id = membership.person_id
WHERE membership.workspace_id = :workspace
  AND person.id < :edge
ORDER BY person.id DESC LIMIT :limit
