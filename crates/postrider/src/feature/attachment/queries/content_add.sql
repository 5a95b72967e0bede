INSERT INTO attachment_content (id, workspace_id, sha256, size, brought_us, bytes)
SELECT :id, :workspace, :sha256, :size, :now, :bytes
WHERE :size + (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM attachment_content WHERE workspace_id = :workspace) <= :quota
   OR EXISTS (SELECT 1 FROM attachment_content WHERE workspace_id = :workspace AND sha256 = :sha256)
ON CONFLICT (workspace_id, sha256) DO UPDATE SET brought_us = excluded.brought_us
