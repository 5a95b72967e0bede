UPDATE workspace SET second_factor = :wanted WHERE id = :id
