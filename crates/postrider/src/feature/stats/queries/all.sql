SELECT workspace_id, dimension, hour_us, stream_id, key, metric, n FROM counter
WHERE hour_us >= :from AND hour_us < :until AND n <> 0
