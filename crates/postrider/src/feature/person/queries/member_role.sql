-- Changes nothing when the role is another by now, or when no owner would be left.
UPDATE membership SET role = :role
WHERE person_id = :person AND workspace_id = :workspace AND role = :before
  AND (role <> 'owner' OR (SELECT count(*) FROM membership WHERE workspace_id = :workspace AND role = 'owner') > 1)
