-- What stands for a workspace where people see it: an image by its token (the slice of images keeps it), and whom mail is from.
ALTER TABLE workspace ADD COLUMN logo TEXT;
ALTER TABLE workspace ADD COLUMN sender TEXT NOT NULL DEFAULT '';
