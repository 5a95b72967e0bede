-- Between two look-ups of a pending domain lies a tenth of its age, within :min and :max; between two of a verified one :max.
SELECT id, workspace_id FROM domain
WHERE status = 'verified' AND :now - checked_us >= :max
   OR status = 'pending' AND (checked_us IS NULL OR :now - checked_us >=
  CASE WHEN (:now - created_us) / 10 < :min THEN :min WHEN (:now - created_us) / 10 > :max THEN :max
       ELSE (:now - created_us) / 10 END)
ORDER BY COALESCE(checked_us, 0), id LIMIT :limit
