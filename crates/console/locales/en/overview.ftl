# Overview.
overview = Overview
overview-range = Time shown
overview-range-day = 24 h
overview-range-week = 7 d
overview-range-month = 30 d
overview-range-quarter = 90 d
overview-range-year = 12 mo
overview-needs-you = Needs you
overview-needs-count = { $n ->
    [one] { $n } open
    *[other] { $n } open
}
overview-nothing-needs-you = Nothing needs you now.
overview-need-measure = { $share } of { $of }
overview-sent = Sent
overview-delivered = Delivered
overview-deferred = Put off
overview-bounced = Came back
overview-came-back = Came back (own scale)
overview-opened = Opened by people
overview-clicked = Clicked by people
overview-not-sent = Not sent
overview-machines = { $share } by machines
overview-put-off = { $n ->
    [one] put off { $n } time
    *[other] put off { $n } times
}
overview-recipients = { $n ->
    [one] { $n } recipient
    *[other] { $n } recipients
}
overview-mail-per-day = Mail per day
overview-mail-per-hour = Mail per hour
overview-mail-per-month = Mail per month
overview-chart-sentence = { $sent } sent, { $back } came back.
overview-chart-step = { $when }: { $sent } sent, { $off } put off, { $back } came back.
overview-when = When
overview-by-provider = By mailbox provider
overview-provider = Provider
overview-provider-others = All others
overview-recent = Recent mail
overview-and-more = { $n ->
    [one] { $first } and { $n } more
    *[other] { $first } and { $n } more
}
overview-empty-title = No mail yet
overview-empty-text = What you send appears here within seconds: how much, what became of it, and what to do about it.
overview-empty-curl = Send the first message from a shell, with your API key in place of the dots:
overview-step-account = Account created
overview-step-domain = Sending domain added
overview-step-key = API key created
overview-step-message = First message sent
advice-invalid-addresses = Many addresses do not exist
advice-invalid-addresses-text = Suppress the addresses that came back and take them off your lists; confirm new ones before you mail them again.
advice-authentication-failing = Receivers cannot verify the sender
advice-authentication-failing-text = Look at the DNS records of your sending domains: SPF, DKIM and DMARC have to pass for the domain of From.
advice-refused-as-spam = Receivers take the content for spam
advice-refused-as-spam-text = Compare what was refused with what was taken; remove links to listed domains and shorteners, and send only to those who asked for it.
advice-sender-blocked = The address or the domain is on a block list
advice-sender-blocked-text = The replies name the list and where to ask for removal. Find what caused it first: unknown recipients, complaints, or a key in other hands.
advice-refused-by-policy = Receivers refuse by policy
advice-refused-by-policy-text = Read the replies: often a DMARC policy, a missing reverse name of your address, or a receiver that wants senders to register.
advice-deferred-by-rate = Receivers want less at a time
advice-deferred-by-rate-text = Spread large sendings over hours and begin with the recipients who open.
advice-opened-by-machines = Machines open, persons hardly do
advice-opened-by-machines-text = Judge by clicks and replies, not by opens; mail those who have not opened for months less often.
advice-many-unsubscribe = Many recipients leave
advice-many-unsubscribe-text = Mail less often or more to the point; let recipients choose streams instead of leaving them all.
advice-mailing-the-suppressed = Your lists hold addresses that may not be mailed
advice-mailing-the-suppressed-text = Take over who came back and who left into your own lists: by webhook, or from Suppressions.
overview-set-up = Set up this workspace
overview-unproven = No domain is proven yet
overview-unproven-text = Mail under your names cannot leave before their DNS records are found.
overview-unproven-act = To the records
overview-webhook-off = An endpoint was switched off
overview-webhook-act = Look at it
overview-domain-lost = Records of a domain no longer hold
overview-domain-act = To its records
overview-disk-low = The disk is nearly full
overview-disk-low-text = { $free } MB are free; below { $min } MB no mail is accepted.
