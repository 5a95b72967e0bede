# What needs somebody, told by mail.
alert-subject = { $workspace } 需要您处理
alert-subject-over = { $workspace }：已恢复
alert-began = { $workspace } 需要处理
alert-over = 已恢复
alert-why = 您负责此工作区，或曾要求接收提醒，因此收到此邮件。可在您的账户页面关闭。
alert-why-operator = 您是本系统的运营者，因此收到此邮件。可在您的账户页面关闭。
alert-quota-near = 本月配额即将用完
alert-quota-near-text = 本月可发送量已用去 80% 以上。请在用尽前向本系统的运营者申请更多。
alert-quota-used = 本月配额已用完
alert-quota-used-text = 新邮件将按配额规则处理：拒绝至月底，或照常受理并计数。请向本系统的运营者申请更多。
alert-webhook-text = 它长时间没有应答，已不再收到任何通知。请修复后恢复。
alert-installation = { $host } 上的 Postrider
alert-domain-text = 此域名之前能查到的记录现在缺失或已改变。收件方不再信任以其名义发出的邮件：请重新发布这些记录。
alert-disk-text = 本系统的磁盘即将写满。一旦用到保留空间，将不再接收邮件：请腾出空间。
