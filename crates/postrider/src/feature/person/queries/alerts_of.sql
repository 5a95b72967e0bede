SELECT alerts FROM person WHERE id = :person
