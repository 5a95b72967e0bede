-- Also those that are 0: their keys are in.
SELECT workspace_id, dimension, hour_us, stream_id, key, metric, n FROM counter
WHERE hour_us >= :from AND hour_us < :until
