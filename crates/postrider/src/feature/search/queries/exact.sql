-- The blocks of one term in the segments that end between :oldest and :newest.
SELECT segment, messages FROM search_block
WHERE segment IN (SELECT segment FROM search_segment WHERE last_message >= :oldest AND last_message <= :newest)
  AND workspace_id = :workspace AND term = :term
