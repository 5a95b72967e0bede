DELETE FROM search_block WHERE segment = :segment
