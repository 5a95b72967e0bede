UPDATE template_part SET name = :name, body = :body, updated_us = :now
WHERE workspace_id = :workspace AND id = :id AND updated_us = :seen
