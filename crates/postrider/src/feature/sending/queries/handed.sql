SELECT origin_id, reverse_path, template_id, template_version FROM message
WHERE id = :message AND workspace_id = :workspace
