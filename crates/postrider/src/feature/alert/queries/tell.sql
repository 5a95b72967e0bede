-- Changes nothing where another process told it since it was read.
INSERT INTO alert (person_id, workspace_id, item, state, told_us)
VALUES (:person, :workspace, :item, :state, :now)
ON CONFLICT (workspace_id, person_id, item) DO UPDATE SET state = excluded.state, told_us = excluded.told_us
WHERE alert.told_us = :seen
