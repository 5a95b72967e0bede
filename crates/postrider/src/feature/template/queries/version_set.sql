UPDATE template SET version = :number WHERE workspace_id = :workspace AND id = :template
AND coalesce(version, 0) = :number - 1
