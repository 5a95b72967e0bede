# What needs somebody, told by mail.
alert-subject = { $workspace }：{ $what }
alert-subject-over = { $workspace }：已恢复
alert-began = { $workspace } 需要处理
alert-over = 已恢复
alert-why = 您负责此工作区，或曾要求接收，因此收到此邮件。可在您的个人页面关闭。
alert-quota-near = 本月配额即将用完
alert-quota-near-text = 本月可发送量已用去 80% 以上。请在用尽前向系统运营者申请更多。
alert-quota-used = 本月配额已用完
alert-quota-used-text = 新邮件将按配额规则处理：拒绝至月底，或接受并计数。请向系统运营者申请更多。
alert-webhook-text = 它长时间没有应答，已不再接收任何内容。请修复后恢复。
