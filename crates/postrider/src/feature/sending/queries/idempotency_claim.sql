INSERT INTO idempotency (digest, fingerprint, status, answer, created_us)
VALUES (:digest, :fingerprint, :status, :answer, :now) ON CONFLICT (digest) DO NOTHING
