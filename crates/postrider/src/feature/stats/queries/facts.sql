-- A writer's events about deliveries, with what they are counted by; without it when retention has taken that. Data can be as
-- long as a peer's reply or a link: they are read only of events that are counted by them.
SELECT e.id, e.workspace_id, e.name, e.at_us,
  CASE WHEN e.name IN ('email.deferred', 'email.bounced', 'email.failed', 'email.suppressed', 'email.rejected', 'email.opened',
    'email.clicked', 'email.read', 'email.reclassified') THEN e.data END,
  m.stream_id, m.origin, m.origin_id, m.template_id, m.template_version, m.tags, m.created_us, m.scheduled_us, d.domain
FROM event e LEFT JOIN delivery d ON d.id = e.delivery_id LEFT JOIN message m ON m.id = e.message_id
WHERE e.id > :after AND e.id <= :upto AND e.delivery_id IS NOT NULL ORDER BY e.id
