-- Those that may be: what stands there instead may have the same words.
SELECT id, name, status, created_us, checked_us, verified_us, findings, tracking_host FROM domain
WHERE workspace_id = :workspace AND status = 'verified'
  AND (findings LIKE '%missing %' OR findings LIKE '%different %')
ORDER BY id DESC
