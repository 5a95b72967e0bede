UPDATE workspace SET sender = :sender WHERE id = :id
