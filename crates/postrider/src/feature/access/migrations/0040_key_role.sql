-- What the person was who made a key, or the key that it was made by: the key may no more than that. Null: the operator made it, or it
-- was made before this was asked.
ALTER TABLE api_key ADD COLUMN role TEXT CHECK (role IN ('owner', 'admin', 'developer', 'marketer', 'seller'));
