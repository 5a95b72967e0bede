UPDATE api_key SET last_used_us = :at WHERE id = :id
