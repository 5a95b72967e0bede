UPDATE webhook SET former_secret = secret, former_until_us = :until, secret = :secret
WHERE id = :id AND workspace_id = :workspace
