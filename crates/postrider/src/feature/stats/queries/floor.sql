SELECT hour_us FROM counter_floor WHERE id = 1
