-- Whose last second factor went has shown one no more.
UPDATE session SET strength = 'password'
WHERE person_id = :person AND NOT EXISTS (SELECT 1 FROM passkey WHERE person_id = :person)
  AND NOT EXISTS (SELECT 1 FROM second_factor WHERE person_id = :person AND state = 'on')
