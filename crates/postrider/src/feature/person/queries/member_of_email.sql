SELECT person.id FROM membership JOIN person ON person.id = membership.person_id
WHERE membership.workspace_id = :workspace AND person.email = :email
