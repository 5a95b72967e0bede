SELECT id, name, title, quota, quota_refuses, suspended_us, second_factor, logo, sender FROM workspace ORDER BY id
