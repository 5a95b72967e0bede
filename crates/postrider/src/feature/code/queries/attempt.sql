-- A row while a check may be made: in the life of a code, whenever it begins, there are never more than attempts_max.
INSERT INTO code_attempt (id, subject, at_us)
SELECT :id, :subject, :now
WHERE (SELECT count(*) FROM code_attempt WHERE subject = :subject
    AND at_us > :now - coalesce((SELECT life_us FROM code WHERE subject = :subject), :life))
  < coalesce((SELECT attempts_max FROM code WHERE subject = :subject), :attempts_max)
RETURNING id
