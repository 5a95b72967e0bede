# Webhooks: endpoints that are told what happens.
webhooks = Webhooks
webhooks-about = Your programs are told what happens, by signed requests.
webhooks-empty-title = No endpoint yet
webhooks-empty-text = Name a URL and what it is to be told. While you develop, a tunnel makes your own machine reachable.
webhook = Endpoint
webhook-add = Add an endpoint
webhook-change = Change the endpoint
webhook-back = Back
webhook-url = URL
webhook-url-hint = https:// and a public address. Redirects are not followed.
webhook-state = State
webhook-lately = Last 24 hours
webhook-slow = Slowest 5%
webhook-waiting = Waiting
webhook-quiet = Nothing in 24 hours
webhook-day = { $n } of { $all } taken in 24 hours
webhook-newest = { $n } of the newest { $all } taken
webhook-enabled = Running
webhook-enabled-why = It is told what happens, as it happens.
webhook-failing = Failing
webhook-failing-why = Every attempt has failed since { $at }. We go on trying, at longer and longer intervals.
webhook-paused = Paused
webhook-paused-why = Somebody paused it. What happens meanwhile is kept, and told when it goes on.
webhook-gone = Gone
webhook-gone-why = It answered 410 Gone, so it is told nothing any more. Resume it when it is back.
webhook-dead = Switched off
webhook-dead-why = Every attempt failed for days, so it is told nothing any more. Mend it, send a sample, then resume it: it goes on where it stopped.
webhook-pause = Pause
webhook-resume = Resume
webhook-edit = Change
webhook-more-acts = More
webhook-rotate = Make another secret
webhook-rotate-about = The former secret signs beside the new one for 24 hours, so that you can exchange it without a gap.
webhook-remove = Remove endpoint
webhook-remove-about = It is told nothing any more, and what waits for it is dropped.
webhook-secret = Signing secret
webhook-secret-about = Copy it now: with it your program verifies that a request is ours. It is shown this once on these pages.
webhook-facts = Settings
webhook-made = Added
webhook-public-key = Public key
webhook-events = Events
webhook-events-about = What it is told
webhook-events-all = Everything, also what is added later
webhook-group-mail = Mail
webhook-group-people = What recipients do
webhook-group-other = The workspace
webhook-streams = Streams
webhook-streams-about = Of whose mail it is told; none ticked means all
webhook-streams-all = all
webhook-more = Header fields, batches and signatures
webhook-headers = Header fields to send
webhook-headers-hint = One a line, for example: Authorization: Bearer …
webhook-message-headers = Header fields of the mail to tell
webhook-message-headers-hint = Names with commas between them, for example X-Order.
webhook-batch = Events in one request
webhook-batch-hint = 1 sends an object; more, up to 500, send an array.
webhook-ed25519 = Sign with Ed25519, too
webhook-mistake-url = This cannot be called. Write https:// and a public host, without user and password.
webhook-mistake-events = Tick at least one event.
webhook-mistake-streams = The workspace has no such stream any more.
webhook-mistake-headers = Write one field a line, as Name: value. Names that belong to the connection or to our signature are not yours to set.
webhook-mistake-names = At most 20 names of header fields.
webhook-mistake-batch = A number from 1 to 500.
webhook-mistake-many = The workspace has as many endpoints as it may have. Remove one first.
webhook-mistake-since = Say from when on, and nothing before that as the end.
webhook-attempts = Attempts
webhook-event = Event
webhook-any-event = every event
webhook-verdict = Outcome
webhook-any-verdict = every outcome
webhook-taken = Taken
webhook-failed = Tried again
webhook-given-up = Given up
webhook-filter = Show
webhook-all = Show all
webhook-at = Time
webhook-http = HTTP
webhook-took = Took
webhook-number = Attempt { $n }
webhook-sample = Sample
webhook-next = It is tried again at { $at }.
webhook-none-yet = It was told nothing yet
webhook-none-yet-text = Send a sample to see whether it answers.
webhook-none-left = Nothing matches
webhook-none-left-text = No attempt that is kept had this event and outcome.
webhook-none-so-far = Nothing among the newest
webhook-none-so-far-text = There are older attempts: go on with the button below.
webhook-test = Send a sample
webhook-test-about = An event that never happened, sent now. It says so, and does not count for the endpoint’s health.
webhook-test-send = Send
webhook-replay = Tell it again
webhook-replay-about = Everything that happened in a time, with the same ids, signed with the present secret.
webhook-since = From
webhook-until = Until
webhook-replay-begin = Begin
webhook-replay-one = Tell it again
webhook-replay-same = Told again with the same id
webhook-answer = What it said
webhook-answer-about = The beginning, as it came
webhook-answer-empty = Nothing.
webhook-request = What it was told
webhook-request-about = Made anew from the log, as it is told today
webhook-request-gone = The log does not have these events any more.
webhook-told-changed = The endpoint was changed.
webhook-told-paused = The endpoint is paused.
webhook-told-resumed = The endpoint goes on where it stopped.
webhook-told-replayed = It is being told again. The attempts appear below.
webhook-told-too-many = Too many repetitions wait for this endpoint. Try again when they are done.
webhooks-resume = Resume
webhooks-resume-title = { $n ->
    [one] Resume { $n } webhook?
   *[other] Resume { $n } webhooks?
}
webhooks-resume-text = { $n ->
    [one] { $n } endpoint is told what happens from then on, and what happened since as far as it is kept.
    *[other] { $n } endpoints are told what happens from then on, and what happened since as far as it is kept.
}
webhooks-pause = Pause
webhooks-pause-title = { $n ->
    [one] Pause { $n } webhook?
   *[other] Pause { $n } webhooks?
}
webhooks-pause-text = { $n ->
    [one] { $n } endpoint is told nothing until somebody resumes it.
    *[other] { $n } endpoints are told nothing until somebody resumes them.
}
webhooks-remove = Remove
webhooks-remove-title = { $n ->
    [one] Remove { $n } webhook?
   *[other] Remove { $n } webhooks?
}
webhooks-remove-text = { $n ->
    [one] { $n } endpoint is never told anything again, and its attempts are removed. This cannot be undone.
    *[other] { $n } endpoints are never told anything again, and their attempts are removed. This cannot be undone.
}
