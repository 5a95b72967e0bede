SELECT t.id, t.key, t.name, t.version, t.created_us, t.updated_us, v.created_us,
  CASE WHEN v.source = t.draft THEN 0 ELSE 1 END, CASE WHEN length(t.draft) <= :read_max THEN t.draft END
FROM template t LEFT JOIN template_version v
  ON v.workspace_id = t.workspace_id AND v.template_id = t.id AND v.number = t.version
WHERE t.workspace_id = :workspace
  AND t.id < :edge
ORDER BY t.id DESC LIMIT :limit
