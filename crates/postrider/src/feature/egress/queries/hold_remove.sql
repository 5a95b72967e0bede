DELETE FROM hold WHERE id = :id
