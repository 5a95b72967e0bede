UPDATE webhook SET failing_since_us = :since WHERE id = :id
