# Queue: what waits, and why.
queue = 队列
queue-about = 尚未发出的邮件：发往何处、为何等待、等到何时。
queue-look-again = 刷新
queue-incomplete = Postrider 刚刚启动，仍在读取等待中的邮件，可能还有更多。
queue-waiting = 等待中
queue-under-way = 正在发出
queue-destinations = 目的地
queue-held = 已扣留
queue-empty-title = 没有等待的邮件
queue-empty-text = 到时间的邮件均已发出。
queue-more = { $n ->
    *[other] 另有 { $n } 个等待较少的目的地
}
queue-row-leaving = { $n ->
    *[other] { $n } 封正在发出
}
queue-lane-code = 验证码
queue-lane-transactional = 事务性邮件
queue-lane-automation = 自动化邮件
queue-lane-campaign = 营销邮件
queue-flowing = 正在发出
queue-due = 等待预定时间
queue-row-held = 已扣留
queue-unresolved = DNS 无应答
queue-undeliverable = 不收邮件
queue-unreachable = 无法连接
queue-slowed = 被限速
queue-blocked = 拒收我们的邮件
queue-suspended = 已暂停
queue-until = 至 { $when }
queue-no-reply = 未收到拒绝答复。
queue-retry = 立即重试
queue-retried = { $n ->
    *[other] { $n } 个投递将立即尝试。
}
queue-hold = 扣留
queue-hold-about = 发往 { $domain } 的邮件将等待，不会过期，直到放行。
queue-hold-title = 扣留邮件
queue-hold-what = 邮件将等待，不会过期，直到放行
queue-domain = 收件域名
queue-domain-hint = 留空：本工作区所有邮件。
queue-reason = 原因
queue-reason-hint = 供日后查看的人参考。
queue-mistake-domain = 这不是域名。
queue-mistake-reason = 请说明原因，最多 200 个字符。
queue-mistake-many = 扣留项数已达上限，请先放行一项。
queue-holds = 扣留中
queue-holds-about = 符合条件的邮件等待放行
queue-hold-all = 所有邮件
queue-hold-domain = 发往 { $domain } 的邮件
queue-hold-lane = { $what }，{ $lane }
queue-hold-operator = 由本系统的运营者扣留。
queue-release = 放行
queue-cancel = 取消
queue-cancel-all = 全部取消
queue-cancel-sure = 取消发送
queue-cancel-title = 取消 { $n } 个投递？
queue-cancel-about = { $n ->
    *[other] 有 { $n } 个发往 { $domain } 的投递在等待。取消后将不会再发送。
}
queue-cancel-about-all = { $n ->
    *[other] 有 { $n } 个投递在等待。取消后将不会再发送。
}
queue-cancelled = { $n ->
    *[other] 已取消 { $n } 个投递。
}
queue-retry-title = 现在重试 { $n } 个投递？
queue-retry-about = { $n ->
    *[other] { $what }：{ $n } 个被推迟的投递将立即重试。从未尝试过的保持原定时间。
}
queue-retry-chosen = { $n ->
    *[other] { $n } 个被推迟的投递将立即重试。从未尝试过的保持原定时间。
}
queue-release-title = 放行 { $n } 个投递？
queue-release-about = { $n ->
    *[other] { $what }：有 { $n } 个投递在等待。只要没有其他扣留，它们就会发出。
}
