UPDATE workspace SET suspended_us = :now WHERE id = :id AND suspended_us = 0
