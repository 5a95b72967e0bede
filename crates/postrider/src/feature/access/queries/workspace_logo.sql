UPDATE workspace SET logo = :logo WHERE id = :id
