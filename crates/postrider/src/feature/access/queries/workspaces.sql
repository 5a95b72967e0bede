SELECT id, name, title, quota, quota_refuses, suspended_us, logo, sender FROM workspace ORDER BY id
