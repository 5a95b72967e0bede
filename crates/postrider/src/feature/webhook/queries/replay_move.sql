UPDATE webhook_replay SET cursor = :cursor WHERE id = :replay
