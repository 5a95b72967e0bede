-- The next blocks of a segment in the order of its key.
SELECT workspace_id, term, batch, messages FROM search_block
WHERE segment = :segment AND (workspace_id, term, batch) > (:workspace, :term, :batch)
ORDER BY workspace_id, term, batch LIMIT :limit
