# The capture mailbox.
capture = Capture mailbox
capture-about = Mail that was kept here instead of leaving: rendered, signed, complete.
capture-search = Recipient or subject
capture-find = Find
capture-all = Show all
capture-at = Time
capture-to = Recipient
capture-look = Look
capture-source = Download as the wire would have carried it
capture-nothing-title = Nothing captured
capture-nothing-text = Mail that a route captures appears here within moments.
capture-off-text = No route of this installation captures mail: what you send leaves. Set delivery.next_hop to capture in postrider.toml, or start with postrider dev, to keep it here.
capture-none-title = Nothing found
capture-none-text = No captured mail has this in its recipient or subject.
capture-empty = Empty the mailbox
capture-empty-about = All captured mail of this workspace is deleted. What Activity knows of it stays.
capture-empty-sure = Delete all of it
capture-emptied = { $n ->
    [one] { $n } captured message was deleted.
    *[other] { $n } captured messages were deleted.
}
