DELETE FROM support_link WHERE until_s < :now
