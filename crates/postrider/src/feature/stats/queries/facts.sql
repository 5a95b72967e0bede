-- A writer's events about deliveries, with what they are counted by; without it when retention has taken that.
SELECT e.id, e.workspace_id, e.name, e.at_us, e.data, m.stream_id, m.origin, m.origin_id, m.template_id, m.template_version,
  m.tags, m.created_us, m.scheduled_us, d.domain
FROM event e LEFT JOIN delivery d ON d.id = e.delivery_id LEFT JOIN message m ON m.id = e.message_id
WHERE e.id > :after AND e.id <= :upto AND e.delivery_id IS NOT NULL ORDER BY e.id
