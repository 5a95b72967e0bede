UPDATE session SET strength = 'two_factors' WHERE id = :id
