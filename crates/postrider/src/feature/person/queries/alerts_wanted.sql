SELECT person.id, person.email, person.locale, membership.role
FROM membership JOIN person ON person.id = membership.person_id
WHERE membership.workspace_id = :workspace AND person.alerts <> 'off'
  AND (person.alerts = 'on' OR membership.role IN ('owner', 'admin'))
ORDER BY person.id LIMIT :limit
