DELETE FROM code_attempt WHERE id = :attempt
