SELECT id, workspace_id, name, digest, scope, domain_id, role FROM api_key WHERE revoked_us IS NULL
