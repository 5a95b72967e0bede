SELECT id, delivery_id, number, started_us, duration_us, site, peer, tls, verdict, stage, reply, class, rule, ambiguous,
  conversation
FROM attempt WHERE delivery_id = :delivery AND workspace_id = :workspace ORDER BY id DESC LIMIT :limit
