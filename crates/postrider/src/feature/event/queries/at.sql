SELECT at_us FROM event WHERE id = :id AND message_id = :message AND workspace_id = :workspace
