-- Between two look-ups lies a tenth of the domain's age, within :min and :max.
SELECT id, workspace_id FROM domain WHERE status = 'pending' AND (checked_us IS NULL OR :now - checked_us >=
  CASE WHEN (:now - created_us) / 10 < :min THEN :min WHEN (:now - created_us) / 10 > :max THEN :max
       ELSE (:now - created_us) / 10 END)
ORDER BY COALESCE(checked_us, 0), id LIMIT :limit
