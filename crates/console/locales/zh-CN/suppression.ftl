# Suppressions: who may not be mailed.
suppressions = 屏蔽名单
suppressions-about = 无论谁要求，都不会向这些地址发送各行所注明类型的邮件。
suppressions-empty-title = 名单为空
suppressions-empty-text = 不存在、投诉或退订的地址会自动列入这里。
suppressions-none-title = 没有找到
suppressions-none-text = 名单中没有因此原因屏蔽的该地址。
suppression-address = 地址
suppression-search = 完整地址
suppression-find = 查找
suppression-all = 显示全部
suppression-reason = 原因
suppression-reason-any = 所有原因
suppression-bounce = 被退回
suppression-complaint = 投诉
suppression-unsubscribed = 退订
suppression-manual = 手动添加
suppression-scope = 范围
suppression-scope-workspace = 所有邮件
suppression-scope-marketing = 所有营销邮件
suppression-scope-stream = 邮件流 { $name }
suppression-evidence = 对方答复
suppression-since = 起始时间
suppression-add-title = 屏蔽地址
suppression-emails = 地址
suppression-emails-hint = 最多 1,000 个，用空格、逗号或换行分隔。
suppression-add = 屏蔽
suppression-mistake-none = 请至少填写一个地址。
suppression-mistake-many = 超过 1,000 个地址，未作任何添加。
suppression-mistake-address = { $text } 不是邮箱地址，未作任何添加。
suppression-lift = 解除
suppression-lift-about = 将可再次向 { $address } 发信。若该地址不存在或不愿收信，再次发送会损害您的信誉。
suppression-lift-sure = 解除屏蔽
suppression-lift-these = 解除这些
suppression-lift-title = 解除 { $n } 个屏蔽？
suppression-lift-many = { $n ->
    *[other] 将可再次向 { $n } 个地址发信。向不想收信或不存在的地址发信会损害您的信誉。
}
