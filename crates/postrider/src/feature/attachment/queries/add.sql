INSERT INTO attachment (id, workspace_id, sha256, filename, content_type, size, created_us, used_us)
SELECT :id, :workspace, :sha256, :filename, :content_type, :size, :now, :now
WHERE (SELECT count(*) FROM attachment WHERE workspace_id = :workspace) < :max
   OR EXISTS (SELECT 1 FROM attachment WHERE workspace_id = :workspace AND sha256 = :sha256
              AND filename = :filename AND content_type = :content_type)
ON CONFLICT (workspace_id, sha256, filename, content_type) DO UPDATE SET used_us = excluded.used_us
RETURNING id
