SELECT id, number, created_us FROM template_version
WHERE workspace_id = :workspace AND template_id = :template
  AND id < :edge
ORDER BY id DESC LIMIT :limit
