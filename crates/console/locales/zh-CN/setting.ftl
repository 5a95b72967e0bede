# Settings of a workspace.
settings = 设置
settings-saved = 已保存。
settings-general = 常规
settings-name = 在地址和设置中，它始终是
settings-elsewhere = 在别处设置
settings-streams = 各类邮件跟踪什么。
settings-domains = 您用来发信的名称，以及链接中的主机。
settings-keys = 谁可以提交邮件。
settings-fixed = 所有工作区相同
settings-fixed-about = 由运营者在 postrider.toml 中设置
settings-what = 内容
settings-value = 值
settings-file = 设置项名称
settings-next-hop = 邮件发往
settings-transactional = 事务性邮件的尝试期限
settings-marketing = 营销邮件的尝试期限
settings-message-max = 单封邮件最大
settings-recipients = 单封邮件最多收件人数
settings-content = 邮件内容保留
settings-events = 邮件事件保留
settings-addresses = 读者的网络地址保留
settings-tracking = 链接经过
settings-files = 工作区文件最多占用
settings-files-kept = 上传的文件保留
settings-days = { $n ->
    *[other] { $n } 天
}
