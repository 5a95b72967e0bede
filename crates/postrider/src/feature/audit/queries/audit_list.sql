SELECT audit.id, audit.at_us, audit.person_id, person.name, person.email, audit.action, audit.object, audit.before, audit.after,
  audit.address
FROM audit LEFT JOIN person ON person.id = audit.person_id
WHERE (audit.workspace_id = :workspace OR (CAST(:installation AS BIGINT) = 1 AND audit.workspace_id IS NULL))
  AND (CAST(:person AS BIGINT) = 0 OR audit.person_id = :person)
  AND (CAST(:action AS TEXT) = '' OR audit.action = :action)
  AND audit.id < :edge
ORDER BY audit.id DESC LIMIT :limit
