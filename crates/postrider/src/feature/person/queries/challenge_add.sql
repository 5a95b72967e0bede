INSERT INTO passkey_challenge (id, digest) VALUES (:id, :digest)
