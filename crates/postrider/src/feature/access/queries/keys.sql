SELECT id, workspace_id, name, digest, scope, domain_id FROM api_key WHERE revoked_us IS NULL
