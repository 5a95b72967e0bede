UPDATE workspace SET title = :title WHERE id = :id
