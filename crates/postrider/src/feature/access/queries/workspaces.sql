SELECT id, name, title, quota, quota_refuses, suspended_us, logo, sender, second_factor FROM workspace ORDER BY id
