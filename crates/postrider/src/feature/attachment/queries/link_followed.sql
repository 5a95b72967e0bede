UPDATE attachment_link SET downloads = downloads + 1, last_us = :now WHERE workspace_id = :workspace AND id = :id
