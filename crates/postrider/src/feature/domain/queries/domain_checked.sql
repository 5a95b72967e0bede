UPDATE domain SET checked_us = :now, findings = :findings,
  status = CASE WHEN status = 'vouched' THEN status WHEN :verified = 1 THEN 'verified' ELSE status END,
  verified_us = CASE WHEN :verified = 1 AND verified_us IS NULL THEN :now ELSE verified_us END
WHERE workspace_id = :workspace AND id = :id
