-- Changes nothing while one is on.
INSERT INTO second_factor (person_id, state, secret, step, created_us) VALUES (:person, 'offered', :secret, 0, :now)
ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, created_us = excluded.created_us
WHERE second_factor.state = 'offered'
