UPDATE person SET alerts = :alerts WHERE id = :person
