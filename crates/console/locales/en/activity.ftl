# Activity.
activity = Activity
activity-about = Every message and what came of it
activity-messages = Messages
activity-search = Search mail
activity-search-hint = Address, words, <message-id>, to: from: subject: reply: tag:name:value
activity-find = Search
activity-clear = Clear the filter
activity-without-tag = Without the tag { $tag }
activity-without-time = Without this time
activity-status = Status
activity-stream = Stream
activity-range = Time
activity-any-status = Any status
activity-any-stream = Any stream
activity-any-time = Any time
activity-suppressed = Not sent: suppressed
activity-rejected = Not sent: no valid address
activity-time = Time
activity-recipient = Recipient
activity-subject = Subject
activity-no-subject = (no subject)
activity-none-yet = No mail yet
activity-none-yet-text = Each message that an application or a person sends appears here within a second.
activity-none-left = Nothing matches
activity-none-left-text = No message fits the search and the filters together.
activity-none-so-far = Nothing so far
activity-none-so-far-text = None of the newest messages fits. Older ones were not looked at yet: go on.
activity-wrong = This search cannot be made
activity-wrong-text = Give words of two letters or more, an address, @domain, a Message-ID or tag:name:value; twelve conditions at most.
activity-cancel = Cancel
activity-cancel-title = { $n ->
    [one] Cancel { $n } message?
   *[other] Cancel { $n } messages?
}
activity-cancel-text = { $n ->
    [one] Whatever of it still waits is not sent. What was handed over stays so.
   *[other] Whatever of these { $n } messages still waits is not sent. What was handed over stays so.
}
activity-again = Send again
activity-again-title = { $n ->
    [one] Send { $n } message again?
   *[other] Send { $n } messages again?
}
activity-again-text = { $n ->
    [one] It goes once more to its recipient, as a new message. A message to several recipients is sent again from its own page.
   *[other] Each of these { $n } goes once more to its recipient, as a new message. A message to several recipients is sent again from its own page. Narrow the filter to reach others.
}
activity-again-left = { $n ->
    [one] One is left out: it still waits, went to several recipients, goes to somebody who is suppressed by now, or has no content that can be sent again, such as codes and notifications.
   *[other] { $n } are left out: they still wait, went to several recipients, go to somebody who is suppressed by now, or have no content that can be sent again, such as codes and notifications.
}
