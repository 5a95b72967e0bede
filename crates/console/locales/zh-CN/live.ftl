# 实时页面所说的话。
live = 实时
live-new = { $n } 封新邮件
live-new-many = { $n } 封新邮件
live-pause = 暂停
live-more = { $n ->
    *[other] 另有 { $n } 封邮件
}
live-many-more = 另有许多邮件
live-full = 打开实时显示的标签页已达上限。请关闭一个，再重新加载此页。
live-over = 您已退出登录。请重新加载页面以登录。
