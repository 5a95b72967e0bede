SELECT bytes FROM attachment_content WHERE workspace_id = :workspace AND sha256 = :sha256
