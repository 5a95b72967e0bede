-- The highest of the next ids that is old; null when none of the page is, for a writer's times grow with its ids.
SELECT max(CASE WHEN at_us < :cut_us THEN id END) FROM
  (SELECT id, at_us FROM event WHERE id > :after AND id < :below ORDER BY id LIMIT :limit) AS page
