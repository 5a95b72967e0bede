SELECT number, secret FROM tracking_secret ORDER BY number
