UPDATE api_key SET revoked_us = :now WHERE workspace_id = :workspace AND id = :id AND revoked_us IS NULL
