SELECT until_s FROM support_link
WHERE message_id = :message AND workspace_id = :workspace AND until_s > :now ORDER BY until_s DESC LIMIT :limit
