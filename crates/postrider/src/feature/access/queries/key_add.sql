INSERT INTO api_key (id, workspace_id, name, digest, shown, scope, domain_id, role, created_us)
VALUES (:id, :workspace, :name, :digest, :shown, :scope, :domain, :role, :now)
