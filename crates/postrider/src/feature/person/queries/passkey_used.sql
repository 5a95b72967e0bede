UPDATE passkey SET counter = :counter, used_us = :now WHERE id = :id AND counter = :before
