SELECT person_id, item, state, told_us FROM alert WHERE workspace_id = :workspace
