SELECT invitation.id, invitation.workspace_id, invitation.email, invitation.role, invitation.expires_us, person.name,
  (SELECT count(*) FROM person AS asked WHERE asked.email = invitation.email)
FROM invitation JOIN person ON person.id = invitation.person_id
WHERE invitation.digest = :digest AND invitation.expires_us > :now
