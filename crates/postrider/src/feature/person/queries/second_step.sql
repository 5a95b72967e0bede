UPDATE second_factor SET step = :step WHERE person_id = :person AND state = 'on' AND step < :step
