SELECT max(id) FROM
  (SELECT id FROM engagement WHERE address IS NOT NULL AND id > :after AND id < :below ORDER BY id LIMIT :limit) AS page
