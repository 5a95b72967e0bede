-- Since when another could be sent, and since when the oldest of the checks that count was made.
SELECT (SELECT resend_us FROM code WHERE subject = :subject AND workspace_id = :workspace),
  (SELECT min(at_us) FROM code_attempt WHERE subject = :subject AND at_us > :since)
