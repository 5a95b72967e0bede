-- What the workspace has already costs nothing more. Otherwise no more rows are read than it may have.
INSERT INTO attachment_content (id, workspace_id, sha256, size, brought_us, bytes)
SELECT :id, :workspace, :sha256, :size, :now, :bytes
WHERE CASE
  WHEN EXISTS (SELECT 1 FROM attachment_content WHERE workspace_id = :workspace AND sha256 = :sha256) THEN TRUE
  ELSE (SELECT count(*) < :most AND :size + CAST(coalesce(sum(size), 0) AS BIGINT) <= :quota
        FROM (SELECT size FROM attachment_content WHERE workspace_id = :workspace LIMIT :most) AS kept)
END
ON CONFLICT (workspace_id, sha256) DO UPDATE SET brought_us = excluded.brought_us
