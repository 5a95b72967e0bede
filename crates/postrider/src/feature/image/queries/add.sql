INSERT INTO image (id, workspace_id, token, sha256, name, format, width, height, size, created_us, bytes)
SELECT :id, :workspace, :token, :sha256, :name, :format, :width, :height, :size, :now, :bytes
WHERE (SELECT count(*) < :most AND :size + CAST(coalesce(sum(size), 0) AS BIGINT) <= :quota
       FROM image WHERE workspace_id = :workspace)
ON CONFLICT (workspace_id, sha256) DO NOTHING
