-- Changes nothing: whether the delivery is as it was when it was leased.
UPDATE delivery SET attempts = attempts WHERE id = :delivery AND state = 'due' AND attempts = :attempts
