-- Whoever has the token may see it: no workspace is asked.
SELECT workspace_id, format, size FROM image WHERE token = :token
