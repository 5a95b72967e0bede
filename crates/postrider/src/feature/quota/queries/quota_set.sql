UPDATE workspace SET quota = :quota, quota_refuses = :refuses WHERE id = :id
