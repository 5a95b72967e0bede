DELETE FROM search_segment
