-- The segments that may hold messages older than :before, newest first.
SELECT segment, first_message, last_message FROM search_segment WHERE first_message < :before
ORDER BY last_message DESC, segment
