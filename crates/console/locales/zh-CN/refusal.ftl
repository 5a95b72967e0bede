# Why there is no page.
refusal-onward = 继续
refusal-ask = 请联系：{ $people }。
refusal-request = 请求 { $id }，详情见日志。
refusal-not-found = 这里什么也没有
refusal-not-found-text = 地址有误、内容已不存在，或属于您无权访问的工作区。
refusal-forbidden = 您的角色无此权限
refusal-forbidden-text = { $role }无法打开此页面或作此更改。
refusal-forged = 无法接受此表单
refusal-forged-text = 表单已过期，或来自其他网站。未作任何更改。请返回并重新加载页面后再提交。
refusal-setup = 此链接无效
refusal-setup-text = 设置链接显示在启动 Postrider 的地方，每次启动都会更换。
refusal-fault = 操作失败
refusal-fault-text = 这是我们的故障。没有发送任何邮件；更改要么已完成，要么尚未开始。
refusal-busy = 暂时无法处理
refusal-busy-text = 数据库无响应，或请求过多。请几秒后重试。
