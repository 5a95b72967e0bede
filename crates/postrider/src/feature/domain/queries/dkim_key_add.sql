INSERT INTO dkim_key (id, workspace_id, domain_id, algorithm, selector, pkcs8, record, created_us)
VALUES (:id, :workspace, :domain, :algorithm, :selector, :pkcs8, :record, :now)
