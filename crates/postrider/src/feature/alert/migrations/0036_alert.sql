-- What a person was told by mail of what needs somebody in a workspace: when it began, and when it was over.
CREATE TABLE alert (
  person_id    INTEGER NOT NULL,
  workspace_id INTEGER NOT NULL,
  -- What it is about: quota:80, advice:CODE, webhook:ID.
  item         TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('open', 'over')),
  told_us      INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, person_id, item)
);
