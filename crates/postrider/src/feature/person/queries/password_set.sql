UPDATE person SET password = :password WHERE id = :id
