DELETE FROM idempotency WHERE digest IN
  (SELECT digest FROM idempotency WHERE created_us < :cut_us ORDER BY created_us LIMIT :limit)
RETURNING status
