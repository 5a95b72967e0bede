# The frame round every screen.
nav-main = 主导航
nav-sections = 栏目
nav-switch-workspace = 工作区 { $name }：切换
nav-account-of = { $name } 的账户
nav-people = 联系人
nav-writing = 撰写与发送
nav-delivery = 投递
nav-workspace = 工作区
nav-instance = 本系统
