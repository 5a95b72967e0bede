SELECT secret FROM code_secret WHERE id = 1
