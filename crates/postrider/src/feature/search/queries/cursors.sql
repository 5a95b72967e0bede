SELECT writer, event_id FROM search_cursor
