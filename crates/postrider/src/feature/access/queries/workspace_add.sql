INSERT INTO workspace (id, name, created_us) VALUES (:id, :name, :now) ON CONFLICT (name) DO NOTHING
