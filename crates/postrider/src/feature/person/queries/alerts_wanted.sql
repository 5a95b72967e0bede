SELECT person.id, person.email, person.name, person.locale, membership.role, person.alerts
FROM membership JOIN person ON person.id = membership.person_id
WHERE membership.workspace_id = :workspace AND person.alerts <> 'off'
ORDER BY person.id LIMIT :limit
