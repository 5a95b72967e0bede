INSERT INTO tracking_secret (number, secret, created_us) VALUES (:number, :secret, :now) ON CONFLICT (number) DO NOTHING
