# Queue: what waits, and why.
queue = Queue
queue-about = What has not left yet: for where, why, and until when.
queue-look-again = Look again
queue-incomplete = Postrider has just started and is still reading what waits. More may come.
queue-waiting = Waiting
queue-under-way = Leaving now
queue-destinations = Destinations
queue-held = Held
queue-empty-title = Nothing waits
queue-empty-text = Everything that was due has left.
queue-more = { $n ->
    [one] { $n } more destination, with fewer waiting
    *[other] { $n } more destinations, with fewer waiting
}
queue-row-leaving = { $n ->
    [one] { $n } leaving
    *[other] { $n } leaving
}
queue-lane-code = codes
queue-lane-transactional = transactional
queue-lane-automation = automations
queue-lane-campaign = marketing
queue-flowing = Leaving
queue-due = Waits for its time
queue-row-held = Held
queue-unresolved = DNS does not answer
queue-undeliverable = Takes no mail
queue-unreachable = Unreachable
queue-slowed = Slowed
queue-blocked = Refuses us
queue-suspended = Suspended
queue-until = until { $when }
queue-no-reply = No refusal was heard.
queue-retry = Try now
queue-retried = { $n ->
    [one] { $n } delivery is due now.
    *[other] { $n } deliveries are due now.
}
queue-hold = Hold
queue-hold-about = Mail to { $domain } then waits, and does not expire, until it is released.
queue-hold-title = Hold mail
queue-hold-what = It waits, and does not expire, until it is released
queue-domain = To the domain
queue-domain-hint = Empty: all mail of this workspace.
queue-reason = Why
queue-reason-hint = For those who find it later.
queue-mistake-domain = This is no domain name.
queue-mistake-reason = Say why, in up to 200 characters.
queue-mistake-many = There are as many holds as there may be. Release one first.
queue-holds = Held
queue-holds-about = What matches waits until it is released
queue-hold-all = All mail
queue-hold-domain = Mail to { $domain }
queue-hold-lane = { $what }, { $lane }
queue-hold-operator = The operator of this installation holds it.
queue-release = Release
queue-cancel = Cancel
queue-cancel-all = Cancel all
queue-cancel-sure = Cancel the mail
queue-cancel-title = { $n ->
    [one] Cancel { $n } delivery?
   *[other] Cancel { $n } deliveries?
}
queue-cancel-about = { $n ->
    [one] { $n } delivery to { $domain } waits. It is never sent then.
    *[other] { $n } deliveries to { $domain } wait. They are never sent then.
}
queue-cancel-about-all = { $n ->
    [one] { $n } delivery waits. It is never sent then.
    *[other] { $n } deliveries wait. They are never sent then.
}
queue-cancelled = { $n ->
    [one] { $n } delivery was cancelled.
    *[other] { $n } deliveries were cancelled.
}
queue-retry-title = { $n ->
    [one] Try { $n } delivery now?
   *[other] Try { $n } deliveries now?
}
queue-retry-about = { $n ->
    [one] { $what }: { $n } delivery was put off, and is tried at once. What was never tried keeps its time.
    *[other] { $what }: { $n } deliveries were put off, and are tried at once. What was never tried keeps its time.
}
queue-retry-chosen = { $n ->
    [one] { $n } delivery was put off, and is tried at once. What was never tried keeps its time.
    *[other] { $n } deliveries were put off, and are tried at once. What was never tried keeps its time.
}
queue-release-title = { $n ->
    [one] Release { $n } delivery?
   *[other] Release { $n } deliveries?
}
queue-release-about = { $n ->
    [one] { $what }: { $n } delivery waits. It leaves once nothing else holds it.
    *[other] { $what }: { $n } deliveries wait. They leave once nothing else holds them.
}
