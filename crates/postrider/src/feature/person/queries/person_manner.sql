UPDATE person SET locale = :locale, theme = :theme WHERE id = :id
