-- The version to render: the one asked for, or the newest. 0 asks for the newest.
SELECT v.id, v.template_id, v.number FROM template t JOIN template_version v
  ON v.workspace_id = t.workspace_id AND v.template_id = t.id
WHERE t.workspace_id = :workspace AND (t.id = :id OR t.key = :key)
  AND v.number = CASE WHEN CAST(:number AS BIGINT) = 0 THEN t.version ELSE :number END
