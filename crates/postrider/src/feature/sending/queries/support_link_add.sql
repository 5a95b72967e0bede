INSERT INTO support_link (message_id, until_s, workspace_id)
SELECT CAST(:message AS BIGINT), CAST(:until AS BIGINT), CAST(:workspace AS BIGINT)
WHERE (SELECT count(*) FROM support_link
       WHERE message_id = :message AND workspace_id = :workspace AND until_s > :now) < CAST(:most AS BIGINT)
ON CONFLICT (message_id, until_s) DO NOTHING
