SELECT person_id, after FROM audit
WHERE workspace_id = :workspace AND id >= :since AND action = :action AND object = :object
ORDER BY id DESC LIMIT :limit
