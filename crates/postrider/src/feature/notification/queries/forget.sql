DELETE FROM delay_notice WHERE delivery_id = :delivery
