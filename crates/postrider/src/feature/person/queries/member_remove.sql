DELETE FROM membership
WHERE person_id = :person AND workspace_id = :workspace AND role = :before
  AND (role <> 'owner' OR (SELECT count(*) FROM membership WHERE workspace_id = :workspace AND role = 'owner') > 1)
