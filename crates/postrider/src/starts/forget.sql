DELETE FROM node_start WHERE epoch < :epoch AND started_us < :cut_us
