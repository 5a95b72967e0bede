DELETE FROM sign_in_pending WHERE digest = :digest
