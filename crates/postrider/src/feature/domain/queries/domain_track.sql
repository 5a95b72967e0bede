UPDATE domain SET tracking_host = :host WHERE workspace_id = :workspace AND id = :id
