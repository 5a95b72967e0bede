UPDATE workspace SET suspended_us = 0 WHERE id = :id AND suspended_us <> 0
