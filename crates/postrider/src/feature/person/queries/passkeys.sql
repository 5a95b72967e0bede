SELECT id, name, credential, created_us, used_us FROM passkey WHERE person_id = :person ORDER BY id
