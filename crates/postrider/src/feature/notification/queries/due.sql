SELECT delivery_id FROM delay_notice WHERE at_us <= :upto ORDER BY at_us, delivery_id LIMIT :limit
