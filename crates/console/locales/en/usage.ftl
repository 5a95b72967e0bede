# Usage: figures of a time, and consumption by month.
usage = Usage
usage-counted = counted until { $when }
usage-transactional = Transactional
usage-marketing = Marketing
usage-month = Month
usage-consumption = Consumption
usage-consumption-sub = 12 months, UTC
usage-sentence = { $n } sent in twelve months, { $now } of them in this one.
usage-so-far = { $used } sent this month.
usage-forecast = { $used } sent this month. At this pace about { $about } by its end.
usage-quota = Quota: { $n } a month.
usage-by = By
usage-by-none = Nothing
usage-by-stream = Stream
usage-by-template = Template
usage-by-provider = Provider
usage-by-tag = Tag
usage-by-domain = Domain
usage-by-key = Key
usage-by-about = Choose what the figures are told apart by.
usage-none = There was no such mail in this time.
usage-no-key = no key
usage-all-again = Show all mail again
usage-opened-all = Opened, by all
usage-left-us = Unsubscribed
usage-shortened = Only from { $from } on: a longer time cannot be told apart by this.
usage-cut = Among the first { $n } by name; the file has no more.
usage-left = { $n ->
    [one] { $n } more, with less mail, is in the file.
    *[other] { $n } more, with less mail, are in the file.
}
usage-why-bounced = Why mail came back
usage-why-deferred = Why attempts were put off
usage-why-failed = Why mail failed
usage-why-not-sent = Why mail was not sent
usage-keys = By key and month
usage-kept = { $n ->
    [one] Figures stay. Messages and their events are kept { $n } day.
    *[other] Figures stay. Messages and their events are kept { $n } days.
}
usage-hygiene = List hygiene
usage-hygiene-about = Suppress every address of this time that came back because it does not exist.
usage-hygiene-do = Suppress them
usage-hygiene-on = Go on with the rest
usage-hygiene-sure = Nothing is sent to these addresses then, in any stream, until somebody lifts it.
usage-suppressed = { $n ->
    [one] { $n } address that does not exist is suppressed.
    *[other] { $n } addresses that do not exist are suppressed.
}
usage-cause-recipient = Mailbox does not exist
usage-cause-domain = Domain takes no mail
usage-cause-inactive = Mailbox closed
usage-cause-quota = Mailbox full
usage-cause-greylist = Asked to come again later
usage-cause-rate = Too much at a time
usage-cause-block-address = Our address is not trusted
usage-cause-block-domain = Sending domain is not trusted
usage-cause-content = Taken for spam
usage-cause-attachment = Attachment refused
usage-cause-auth = Sender not verified
usage-cause-policy = Receiver's own rules
usage-cause-relay = Receiver's set-up
usage-cause-too-large = Too large
usage-cause-protocol = Dialogue not understood
usage-cause-dns = DNS did not answer
usage-cause-network = Server not reached
usage-cause-remote = Trouble at the receiver
usage-cause-expired = Time ran out
usage-cause-unknown = Reply of no known kind
usage-cause-previous-bounce = Came back before
usage-cause-previous-complaint = Complained before
usage-cause-unsubscribed = Unsubscribed
usage-cause-manual = Suppressed by hand
usage-cause-invalid = No valid address
usage-cause-cancelled = Cancelled
usage-cause-content-gone = Content was gone
usage-cause-not-verified = Domain not verified
usage-cause-signing = Could not be signed
usage-cause-poison = Could not be processed
