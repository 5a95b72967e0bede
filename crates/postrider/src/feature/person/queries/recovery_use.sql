DELETE FROM recovery_code WHERE person_id = :person AND digest = :digest
