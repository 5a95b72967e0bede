UPDATE template SET key = :key, name = :name, draft = :draft, updated_us = :now
WHERE workspace_id = :workspace AND id = :id AND updated_us = :seen
