SELECT invitation.id, invitation.email, invitation.role, invitation.expires_us, person.name
FROM invitation JOIN person ON person.id = invitation.person_id
WHERE invitation.workspace_id = :workspace ORDER BY invitation.id DESC
