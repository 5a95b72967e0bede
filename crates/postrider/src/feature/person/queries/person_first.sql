INSERT INTO person (id, email, name, locale, theme, zone, password, operator, created_us)
SELECT CAST(:id AS BIGINT), CAST(:email AS TEXT), CAST(:name AS TEXT), CAST(:locale AS TEXT), 'system', CAST(:zone AS TEXT),
  CAST(:password AS TEXT), 1, CAST(:now AS BIGINT)
WHERE NOT EXISTS (SELECT 1 FROM person)
