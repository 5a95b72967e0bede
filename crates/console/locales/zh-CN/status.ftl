# How mail stands.
status-delivered = 已送达
status-deferred = 已推迟
status-bounced = 被退回
status-failed = 失败
status-not-sent = 未发送
status-cancelled = 已取消
status-scheduled = 已定时
status-queued = 排队中
