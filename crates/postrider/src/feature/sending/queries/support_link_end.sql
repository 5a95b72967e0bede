DELETE FROM support_link WHERE message_id = :message AND workspace_id = :workspace AND until_s = :until
