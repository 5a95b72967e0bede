INSERT INTO hold (id, workspace_id, domain, lane, reason, created_us)
VALUES (:id, :workspace, :domain, :lane, :reason, :now)
