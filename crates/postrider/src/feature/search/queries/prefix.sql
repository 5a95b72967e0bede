-- As exact.sql, for all terms from :term to below :beyond.
SELECT segment, messages FROM search_block
WHERE segment IN (SELECT segment FROM search_segment WHERE last_message >= :oldest AND last_message <= :newest)
  AND workspace_id = :workspace AND term >= :term AND term < :beyond
