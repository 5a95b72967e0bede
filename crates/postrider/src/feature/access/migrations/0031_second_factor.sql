-- Whether members must have shown a second factor before they see anything of a workspace.
ALTER TABLE workspace ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'optional' CHECK (second_factor IN ('optional', 'required'));
