-- As exact.sql, for all terms from :term to below :beyond.
SELECT b.segment, b.messages FROM search_segment s JOIN search_block b ON b.segment = s.segment
WHERE s.last_message >= :oldest AND s.last_message <= :newest AND b.workspace_id = :workspace
  AND b.term >= :term AND b.term < :beyond
