INSERT INTO person (id, email, name, locale, theme, zone, password, operator, created_us)
VALUES (:id, :email, :name, :locale, 'system', :zone, :password, 0, :now)
ON CONFLICT (email) DO NOTHING
