-- Of what is made most often; no node's, for its time is what counts.
SELECT max(id) FROM (
  SELECT max(id) AS id FROM message WHERE id < :ahead
  UNION ALL SELECT max(id) FROM attempt WHERE id < :ahead
  UNION ALL SELECT max(id) FROM captured WHERE id < :ahead
  UNION ALL SELECT max(id) FROM webhook_attempt WHERE id < :ahead
  UNION ALL SELECT max(id) FROM audit WHERE id < :ahead
) AS newest
