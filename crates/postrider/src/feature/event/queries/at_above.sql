SELECT at_us FROM event WHERE id > :from ORDER BY id LIMIT 1
