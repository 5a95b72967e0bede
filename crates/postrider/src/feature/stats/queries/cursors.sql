SELECT writer, event_id FROM counter_cursor
