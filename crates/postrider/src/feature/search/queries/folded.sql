UPDATE search_segment SET folded = 1 WHERE segment = :segment
