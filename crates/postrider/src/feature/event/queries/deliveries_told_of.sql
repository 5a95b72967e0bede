-- The deliveries that a writer's events between :after and :upto began or failed, with what was replied.
SELECT delivery_id, CASE WHEN name IN ('email.deferred', 'email.bounced', 'email.failed') THEN data END FROM event
WHERE id > :after AND id <= :upto AND delivery_id IS NOT NULL
  AND name IN ('email.scheduled', 'email.queued', 'email.suppressed', 'email.rejected',
               'email.deferred', 'email.bounced', 'email.failed')
