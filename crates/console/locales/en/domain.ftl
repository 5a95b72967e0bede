# Domains: the list, one domain, its records.
domains = Domains
domains-about = You send from these names, and from the names below them.
domains-empty-title = No domain yet
domains-empty-text = Add the domain of your sender address. You get the DNS records that prove it is yours.
domain-add-title = Add a domain
domain-add = Add domain
domain-name = Domain
domain-name-hint = For example mail.example.com; names below it may send, too.
domain-mistake-name = This is no domain name. Write it like mail.example.com.
domain-mistake-taken = The workspace has this domain already.
domain-mistake-many = The workspace has as many domains as it may have.
domain-status = Status
domain-last-look = Records
domain-links = Links through
domain-links-default = this server
domain-added = Added
domain-status-pending = Waiting for DNS
domain-status-verified = Verified
domain-status-vouched = Vouched for
domain-checked = Looked up { $ago }
domain-unchecked = Not looked up yet
domain-verdict-pending = Mail cannot leave under this name yet. Add the needed records where your DNS is kept. We look again by ourselves; with the button, now.
domain-verdict-verified = Mail may leave under this name and the names below it.
domain-verdict-vouched = The operator answers for this name, so mail may leave. Receivers still look for the records.
domain-check = Check now
domain-records = DNS records
domain-records-about = To copy to where your DNS is kept
domain-record-needed = needed
domain-record-optional = recommended
domain-record-name = Name
domain-record-value = Value
domain-record-instead = Found in its place
domain-zone = As lines of a zone file
domain-why-dkim = Proves that the domain is yours, and signs your mail.
domain-why-spf = Says that this server may send for the domain. If there is one already, add the middle part to it.
domain-why-dmarc = Tells receivers what to do with mail that only pretends to be yours.
domain-why-tracking = Leads the links of tracked mail to this server.
domain-state-found = Found
domain-state-missing = Not there yet
domain-state-different = Another value
domain-state-unknown = No answer
domain-state-advice = Not looked up
domain-tracking-title = Host in links
domain-tracking-label = Host for opens and clicks
domain-tracking-hint = This domain or a name below it that leads here. Empty: the server’s own.
domain-mistake-host = This is no host name.
domain-mistake-foreign = It has to be this domain or a name below it.
domain-remove-title = Remove the domain
domain-remove-about = Its keys are deleted, and nothing can be sent from it any more. To go on, type its name.
domain-remove = Remove domain
domain-mistake-typed = This is not the domain’s name.
domains-check = Check again
domains-check-title = { $n ->
    [one] Check { $n } domain again?
   *[other] Check { $n } domains again?
}
domains-check-text = { $n ->
    [one] Its records are looked up in the DNS now.
   *[other] The records of these { $n } are looked up in the DNS now. If it does not answer, that takes a while.
}
domains-remove = Remove
domains-remove-title = { $n ->
    [one] Remove { $n } domain?
   *[other] Remove { $n } domains?
}
domains-remove-text = { $n ->
    [one] No mail leaves under its name any more, and its DKIM keys are deleted. To send from it again, new records must be published.
   *[other] No mail leaves under these { $n } names any more, and their DKIM keys are deleted. To send from them again, new records must be published.
}
