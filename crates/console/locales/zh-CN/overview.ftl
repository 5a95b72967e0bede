# Overview.
overview = 概览
overview-range = 时间范围
overview-range-day = 24 小时
overview-range-week = 7 天
overview-range-month = 30 天
overview-range-quarter = 90 天
overview-range-year = 12 个月
overview-needs-you = 需要处理
overview-needs-count = { $n ->
    *[other] { $n } 项待处理
}
overview-nothing-needs-you = 目前没有需要处理的事项。
overview-need-measure = { $of } 中的 { $share }
overview-sent = 已发送
overview-delivered = 已送达
overview-deferred = 已推迟
overview-bounced = 被退回
overview-came-back = 被退回（单独刻度）
overview-opened = 真人打开
overview-clicked = 真人点击
overview-not-sent = 未发送
overview-machines = 机器打开 { $share }
overview-put-off = { $n ->
    *[other] 推迟 { $n } 次
}
overview-recipients = { $n ->
    *[other] { $n } 位收件人
}
overview-mail-per-day = 每日邮件
overview-mail-per-hour = 每小时邮件
overview-mail-per-month = 每月邮件
overview-chart-sentence = 已发送 { $sent } 封，被退回 { $back } 封。
overview-chart-step = { $when }：发送 { $sent } 封，推迟 { $off } 次，被退回 { $back } 封。
overview-when = 时间
overview-by-provider = 按邮箱服务商
overview-provider = 服务商
overview-provider-others = 其他
overview-recent = 最近的邮件
overview-and-more = { $n ->
    *[other] { $first } 及另外 { $n } 个
}
overview-empty-title = 还没有邮件
overview-empty-text = 您发送的邮件会在几秒内显示在这里：数量、结果以及应对方法。
overview-empty-curl = 在终端发送第一封邮件，请将省略号换成您的 API 密钥：
overview-step-account = 已创建账户
overview-step-domain = 已添加发信域名
overview-step-key = 已创建 API 密钥
overview-step-message = 已发送第一封邮件
advice-invalid-addresses = 许多地址并不存在
advice-invalid-addresses-text = 请屏蔽被退回的地址并从您的名单中移除；再次发信前先确认新地址。
advice-authentication-failing = 收件方无法验证发件人
advice-authentication-failing-text = 请检查发信域名的 DNS 记录：SPF、DKIM 与 DMARC 都须对 From 域名验证通过。
advice-refused-as-spam = 收件方将内容视为垃圾邮件
advice-refused-as-spam-text = 请比较被拒收与被接收的邮件；移除指向黑名单域名的链接和短链接，只发给主动要求接收的人。
advice-sender-blocked = 地址或域名被列入黑名单
advice-sender-blocked-text = 回复中写明了是哪个黑名单以及在哪里申请移除。请先查明原因：未知收件人、投诉，或密钥落入他人之手。
advice-refused-by-policy = 收件方按策略拒收
advice-refused-by-policy-text = 请查看回复：常见原因是 DMARC 策略、地址缺少反向解析，或收件方要求发件人登记。
advice-deferred-by-rate = 收件方希望放慢速度
advice-deferred-by-rate-text = 请将大批量发送分散到数小时，并从常打开邮件的收件人开始。
advice-opened-by-machines = 打开邮件的多为机器，真人很少
advice-opened-by-machines-text = 请以点击和回复来衡量，而不是打开次数；对数月未打开的人减少发信。
advice-many-unsubscribe = 许多收件人退订
advice-many-unsubscribe-text = 请减少发信频率，或让内容更切题；让收件人选择邮件流，而不是全部退订。
advice-mailing-the-suppressed = 名单中含有不可发信的地址
advice-mailing-the-suppressed-text = 请通过 Webhook 或屏蔽名单，将退回与退订的地址同步到您自己的名单。
overview-set-up = 设置此工作区
overview-unproven = 还没有已验证的域名
overview-unproven-text = 在找到 DNS 记录之前，不能以您的域名发出邮件。
overview-unproven-act = 查看记录
overview-webhook-off = 有 Webhook 端点被关闭
overview-webhook-act = 查看
overview-domain-lost = 有域名的记录已失效
overview-domain-act = 查看其记录
overview-disk-low = 磁盘即将写满
overview-disk-low-text = 剩余 { $free } MB；低于 { $min } MB 时不再接收邮件。
