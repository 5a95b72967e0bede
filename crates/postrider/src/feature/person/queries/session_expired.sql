DELETE FROM session WHERE created_us <= :oldest OR used_us <= :idle
