-- As exact.sql, for all terms from :term to below :beyond.
SELECT segment, messages FROM search_block
WHERE segment IN (SELECT segment FROM search_segment WHERE CASE WHEN CAST(:back AS BIGINT) = 0 THEN last_message ELSE first_message END >= :oldest
    AND CASE WHEN CAST(:back AS BIGINT) = 0 THEN last_message ELSE first_message END <= :newest)
  AND workspace_id = :workspace AND term >= :term AND term < :beyond
