INSERT INTO webhook_replay (id, webhook_id, cursor, upto, from_us, until_us, events)
VALUES (:replay, :id, :cursor, :upto, :from_us, :until_us, :events)
