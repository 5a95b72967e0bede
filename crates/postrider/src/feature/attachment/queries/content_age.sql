-- What nothing refers to. Whoever brings the same octets at this moment changes the row first, or makes it anew.
DELETE FROM attachment_content WHERE id > :after AND id <= :upto AND brought_us < :cut_us
  AND NOT EXISTS (SELECT 1 FROM attachment a
                  WHERE a.workspace_id = attachment_content.workspace_id AND a.sha256 = attachment_content.sha256)
  AND NOT EXISTS (SELECT 1 FROM attachment_link l
                  WHERE l.workspace_id = attachment_content.workspace_id AND l.sha256 = attachment_content.sha256
                    AND l.expires_us >= :cut_us)
