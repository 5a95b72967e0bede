SELECT workspace_id, lane, domain, count(*) AS deliveries,
  CAST(sum(CASE WHEN due_us <= :now THEN 1 ELSE 0 END) AS BIGINT), min(due_us)
FROM delivery
WHERE state = 'due'
  AND (workspace_id = :workspace OR :workspace = 0)
  AND (domain = :domain OR :domain = '')
  AND (lane = :lane OR :lane = -1)
GROUP BY workspace_id, lane, domain
ORDER BY deliveries DESC, workspace_id, lane, domain LIMIT :limit
