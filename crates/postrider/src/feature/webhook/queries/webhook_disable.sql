UPDATE webhook SET state = 'disabled', reason = :reason WHERE id = :id AND state = 'enabled'
