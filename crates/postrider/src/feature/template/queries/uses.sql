-- Drafts, and what is live where it is something else.
SELECT t.id, t.name, t.draft, v.source FROM template t LEFT JOIN template_version v
  ON v.workspace_id = t.workspace_id AND v.template_id = t.id AND v.number = t.version AND v.source <> t.draft
WHERE t.workspace_id = :workspace AND t.id > :after
ORDER BY t.id LIMIT :limit
