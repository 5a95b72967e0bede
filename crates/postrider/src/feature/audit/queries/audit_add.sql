INSERT INTO audit (id, workspace_id, person_id, at_us, action, object, before, after, address)
VALUES (:id, :workspace, :person, :now, :action, :object, :before, :after, :address)
