-- Of an application's messages those whose content is still there.
SELECT id FROM message m
WHERE workspace_id = :workspace AND id IN (/* messages */) AND origin IN ('api', 'smtp')
  AND EXISTS (SELECT 1 FROM content c WHERE c.id = m.id)
