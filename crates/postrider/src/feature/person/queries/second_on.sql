UPDATE second_factor SET state = 'on', step = :step WHERE person_id = :person AND state = 'offered' AND secret = :secret
