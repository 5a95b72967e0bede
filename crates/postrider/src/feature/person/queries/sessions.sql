SELECT id, address, agent, created_us, used_us FROM session
WHERE person_id = :person AND created_us > :oldest AND used_us > :idle
ORDER BY used_us DESC, id DESC LIMIT :limit
