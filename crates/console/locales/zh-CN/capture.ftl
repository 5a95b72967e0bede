# The capture mailbox.
capture = 捕获邮箱
capture-about = 保存在这里而没有发出的邮件：已生成、已签名，内容完整。
capture-search = 收件人或主题
capture-find = 查找
capture-all = 显示全部
capture-at = 时间
capture-to = 收件人
capture-look = 查看
capture-source = 下载原本会在网络上传输的内容
capture-nothing-title = 没有捕获的邮件
capture-nothing-text = 被路由捕获的邮件片刻之内就会出现在这里。
capture-off-text = 本系统没有捕获邮件的路由：您发送的邮件会真正发出。若要保存在这里，请在 postrider.toml 中把 delivery.next_hop 设为 capture，或用 postrider dev 启动。
capture-none-title = 没有找到
capture-none-text = 没有捕获的邮件在收件人或主题中包含此内容。
capture-empty = 清空邮箱
capture-empty-about = 删除此工作区捕获的所有邮件。邮件动态中的记录仍会保留。
capture-empty-sure = 全部删除
capture-emptied = { $n ->
    *[other] 已删除 { $n } 封捕获的邮件。
}
