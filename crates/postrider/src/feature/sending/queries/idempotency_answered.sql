SELECT fingerprint, status, answer FROM idempotency WHERE digest = :digest
