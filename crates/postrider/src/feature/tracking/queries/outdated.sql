-- Deliveries, above :after, of which something was judged by other rules.
SELECT DISTINCT delivery_id FROM engagement WHERE delivery_id > :after AND (:all = 1 OR rules <> :rules)
ORDER BY delivery_id LIMIT :limit
