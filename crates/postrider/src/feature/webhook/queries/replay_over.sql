DELETE FROM webhook_replay WHERE id = :replay
