UPDATE delay_notice SET at_us = :at WHERE delivery_id = :delivery
