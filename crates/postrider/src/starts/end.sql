UPDATE node_start SET ended_us = :now WHERE epoch = :epoch
