SELECT a.id, a.delivery_id, a.number, a.started_us, a.duration_us, a.site, a.peer, a.tls, a.verdict, a.stage, a.reply,
  a.class, a.rule, a.ambiguous, a.conversation
FROM attempt a
WHERE a.workspace_id = :workspace
  AND a.id < :edge
  AND a.id IN (SELECT e.attempt_id FROM event e WHERE e.message_id = :message)
ORDER BY a.id DESC LIMIT :limit
