-- Segments all of whose messages are older than :message.
SELECT segment FROM search_segment WHERE last_message < :message ORDER BY segment LIMIT :limit
