UPDATE stream SET tracking = :tracking WHERE workspace_id = :workspace AND id = :id
