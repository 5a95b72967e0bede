SELECT segment FROM search_segment WHERE folded = 0 ORDER BY segment
