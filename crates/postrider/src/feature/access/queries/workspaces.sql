SELECT id, name, title, quota, quota_refuses, suspended_us FROM workspace ORDER BY id
