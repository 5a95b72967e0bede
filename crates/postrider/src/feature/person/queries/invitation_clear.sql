DELETE FROM invitation WHERE workspace_id = :workspace AND person_id = :person
