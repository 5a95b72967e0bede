UPDATE person SET name = :name, locale = :locale, theme = :theme, zone = :zone WHERE id = :id
