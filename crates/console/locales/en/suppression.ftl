# Suppressions: who may not be mailed.
suppressions = Suppressions
suppressions-about = Mail of the kind named under “For” is not sent to these addresses, whoever asks for it.
suppressions-empty-title = Nobody is suppressed
suppressions-empty-text = Addresses that do not exist, that complain or that unsubscribe come here by themselves.
suppressions-none-title = Nothing found
suppressions-none-text = No suppressed address is exactly this one, for this reason.
suppression-address = Address
suppression-search = Whole address
suppression-find = Find
suppression-all = Show all
suppression-reason = Why
suppression-reason-any = every reason
suppression-bounce = Came back
suppression-complaint = Complained
suppression-unsubscribed = Unsubscribed
suppression-manual = Added by hand
suppression-scope = For
suppression-scope-workspace = all mail
suppression-scope-marketing = all marketing
suppression-scope-stream = the stream { $name }
suppression-evidence = What was said
suppression-since = Since
suppression-add-title = Suppress addresses
suppression-emails = Addresses
suppression-emails-hint = Up to 1,000, with spaces, commas or lines between them.
suppression-add = Suppress
suppression-mistake-none = Write at least one address.
suppression-mistake-many = These are more than 1,000 addresses. Nothing was added.
suppression-mistake-address = { $text } is no email address. Nothing was added.
suppression-lift = Lift
suppression-lift-about = Mail to { $address } may leave again. If it did not exist or did not want your mail, sending again harms your reputation.
suppression-lift-sure = Lift the suppression
suppression-lift-these = Lift these
suppression-lift-title = { $n ->
    [one] Lift { $n } suppression?
   *[other] Lift { $n } suppressions?
}
suppression-lift-many = { $n ->
    [one] Mail to { $n } address may leave again. Mail to those who did not want it, or do not exist, harms your reputation.
    *[other] Mail to { $n } addresses may leave again. Mail to those who did not want it, or do not exist, harms your reputation.
}
