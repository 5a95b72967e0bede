-- The segments that may hold messages newer than :after, oldest first.
SELECT segment, first_message, last_message FROM search_segment WHERE last_message > :after
ORDER BY first_message, segment
