-- Whether somebody wants mail of what needs somebody; role: as their role in the workspace has it.
ALTER TABLE person ADD COLUMN alerts TEXT NOT NULL DEFAULT 'role' CHECK (alerts IN ('role', 'on', 'off'));
