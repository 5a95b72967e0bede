-- SQLite has no part of nothing: then the whole is as empty.
SELECT coalesce(substr(bytes, CAST(CAST(:start AS BIGINT) AS INTEGER), CAST(CAST(:count AS BIGINT) AS INTEGER)), bytes)
FROM attachment_content WHERE workspace_id = :workspace AND sha256 = :sha256
