DELETE FROM alert WHERE workspace_id = :workspace AND state = 'over' AND told_us < :cut
