UPDATE attachment SET used_us = :now WHERE workspace_id = :workspace AND id = :id AND used_us < :now
