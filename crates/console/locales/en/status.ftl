# How mail stands.
status-delivered = Delivered
status-deferred = Put off
status-bounced = Came back
status-failed = Failed
status-not-sent = Not sent
status-cancelled = Cancelled
status-scheduled = Scheduled
status-queued = Queued
