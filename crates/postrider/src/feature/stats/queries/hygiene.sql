-- Whom mail could not reach because the address or its domain does not exist.
SELECT DISTINCT d.forward_path FROM message m JOIN delivery d ON d.id > m.id AND d.id <= m.id + m.deliveries
WHERE m.workspace_id = :workspace AND m.id > :after AND m.id <= :upto
  AND (CAST(:stream AS BIGINT) = 0 OR m.stream_id = :stream)
  AND d.disposition = 'bounced' AND d.reason IN ('hard.recipient', 'hard.domain')
