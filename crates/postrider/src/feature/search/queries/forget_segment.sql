DELETE FROM search_segment WHERE segment = :segment
