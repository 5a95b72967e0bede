# Words that every page may need.
skip-to-content = 跳到正文
language = 语言
theme = 配色
theme-system = 跟随系统
theme-light = 浅色
theme-dark = 深色
copy = 复制
save = 保存
pages = 分页
page-before = 较新
page-after = 较早
view-as-table = 以表格查看
form-mistakes = 有内容缺失或有误，请查看标出的字段。
messages = { $n ->
    *[other] { $n } 封邮件
}
time-just-now = 刚刚
time-minutes-ago = { $n ->
    *[other] { $n } 分钟前
}
time-hours-ago = { $n ->
    *[other] { $n } 小时前
}
time-days-ago = { $n ->
    *[other] { $n } 天前
}
go-back = 返回
chosen-row = 选择 { $name }
chosen-page = 本页全部
chosen-all = 所有页中符合条件的全部项
chosen-count = 已选 { $n } 项
chosen-none-title = 未选择任何项
chosen-none-text = 所选内容无法这样更改。请返回并选择若干行，或选择符合条件的全部项。
chosen-more = 符合条件的可能不止这 { $n } 项：一次操作最多处理这么多，其余保持不变。
chosen-others = 以及另外 { $n } 项
chosen-typed = 输入 { $n } 以移除此处列出的各项
chosen-mistake-typed = 与列出的项数不符。
chosen-done = 已完成：{ $n } 项。
chosen-done-of = 已完成：{ $of } 项中的 { $n } 项。其余各项在列出之后已有变化，或不能这样更改。
chosen-done-grew = 已完成：{ $n } 项，而非 { $of } 项：清点之后又有新增。
chosen-done-more = 可能还有其他符合条件的项。
chosen-done-part = 已完成：{ $of } 项中的 { $n } 项。
