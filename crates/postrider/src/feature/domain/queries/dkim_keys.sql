SELECT id, domain_id, selector, pkcs8 FROM dkim_key ORDER BY id
