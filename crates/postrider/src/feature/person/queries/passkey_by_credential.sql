SELECT id, person_id, algorithm, public_key, counter FROM passkey WHERE credential = :credential
