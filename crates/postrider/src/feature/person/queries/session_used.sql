UPDATE session SET used_us = :now WHERE id = :id AND used_us < :now
