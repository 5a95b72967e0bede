SELECT person.name, membership.role FROM membership JOIN person ON person.id = membership.person_id
WHERE membership.workspace_id = :workspace ORDER BY person.id LIMIT :limit
