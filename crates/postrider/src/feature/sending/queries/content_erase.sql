DELETE FROM content WHERE id = :message
