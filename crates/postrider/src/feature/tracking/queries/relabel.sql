UPDATE engagement SET rules = :rules, verdict = :verdict, reasons = :reasons, first = :first
WHERE id = :id AND verdict = :old_verdict AND first = :old_first
