INSERT INTO code_secret (id, secret) VALUES (1, :secret) ON CONFLICT (id) DO NOTHING
