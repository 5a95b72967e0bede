# 邮件中显示的图片。
image = 图片
images = 图片
images-about = 供模板使用的图片，每张图片的地址永不改变。
images-empty-title = 还没有图片
images-empty-text = 上传徽标、横幅或照片，并把它的地址放进模板。
images-all = 所有图片
image-add = 上传图片
image-file = 图片文件
image-upload = 上传
image-limits = PNG、JPEG、GIF 或 WebP，最大 { $size }、{ $pixels } 像素
image-url = 地址
image-used = 使用者
image-used-by = { $n ->
    *[other] { $n } 个模板和部件
}
image-used-nobody = 没有模板使用
image-used-unknown = 未知：模板太多，无法逐一查看
image-used-logo = 工作区的徽标
image-added = 添加时间
image-remove = 删除
image-remove-about = 没有模板显示它。用它发送过的邮件中，它的位置会变成空白。此操作无法撤销。
image-remove-used = { $n ->
    *[other] 有 { $n } 个模板和部件显示它，它的位置会变成空白，已发送的邮件也一样。此操作无法撤销。
}
image-remove-sure = 删除这张图片
image-inserted = { $name } 已插入模板。
image-insert = 插入图片
image-insert-about = 选择一张，或把文件拖到这里或正文上。
image-mistake-none = 请先选择文件。
image-mistake-kind = 这不是 PNG、JPEG、GIF 或 WebP 图片。不接受 SVG：邮件客户端不显示它。
image-mistake-large = 图片大于 { $size }，读者需要等待加载。请缩小后再试。
image-mistake-pixels = 图片超过 { $n } 像素，手机内存会不够。请缩小后再试。
image-mistake-full = 空间已满：每个工作区最多 { $n } 张图片，共 256 MB。请删除没有模板显示的图片。
image-told-added = 图片已上传，可在此复制地址。
image-told-same = 这张图片之前已上传，地址不变。
image-told-removed = 图片已删除。
image-close = 关闭
