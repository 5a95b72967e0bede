-- What people see as a workspace's name; the name itself stays, because settings, keys and URLs use it.
ALTER TABLE workspace ADD COLUMN title TEXT NOT NULL DEFAULT '';
