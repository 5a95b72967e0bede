DELETE FROM passkey_challenge WHERE id > :after AND id <= :upto
