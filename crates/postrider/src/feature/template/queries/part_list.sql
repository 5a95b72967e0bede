SELECT id, kind, name, body, created_us, updated_us FROM template_part
WHERE workspace_id = :workspace
  AND id < :edge
  AND (:kind = '' OR kind = :kind)
ORDER BY id DESC LIMIT :limit
