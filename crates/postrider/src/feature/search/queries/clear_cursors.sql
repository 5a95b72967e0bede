DELETE FROM search_cursor
