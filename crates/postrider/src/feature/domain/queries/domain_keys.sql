SELECT algorithm, selector, record FROM dkim_key
WHERE workspace_id = :workspace AND domain_id = :domain ORDER BY id
