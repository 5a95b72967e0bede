SELECT coalesce(disposition, 'waiting') AS what, count(*) AS n FROM delivery GROUP BY disposition
UNION ALL SELECT 'captured', count(*) FROM captured
UNION ALL SELECT 'content', count(*) FROM content
UNION ALL SELECT 'opened', count(*) FROM engagement
UNION ALL SELECT 'template', count(*) FROM template
UNION ALL SELECT 'webhook', count(*) FROM webhook_attempt
UNION ALL SELECT 'subjects of ' || subject, count(*) FROM message GROUP BY subject
ORDER BY what, n
