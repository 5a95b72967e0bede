# Images that mail shows.
image = Image
images = Images
images-about = Images for your templates, each at an address that stays the same for ever.
images-empty-title = No image yet
images-empty-text = Upload a logo, a banner or a photo, and put its address into your templates.
images-all = All images
image-add = Upload an image
image-file = Image file
image-upload = Upload
image-limits = PNG, JPEG, GIF or WebP, { $size } and { $pixels } pixels at most
image-url = Address
image-used = Used by
image-used-by = { $n ->
    [one] { $n } template or part
    *[other] { $n } templates and parts
}
image-used-nobody = No template
image-used-unknown = Not known: there are too many templates to look through
image-used-logo = The workspace's logo
image-added = Added
image-remove = Delete
image-remove-about = No template shows it. Mail that was sent with it will show a gap in its place. This cannot be undone.
image-remove-used = { $n ->
    [one] { $n } template or part shows it, and will show a gap in its place; so will mail that was sent. This cannot be undone.
    *[other] { $n } templates and parts show it, and will show a gap in its place; so will mail that was sent. This cannot be undone.
}
image-remove-sure = Delete this image
image-inserted = { $name } is in the template.
image-insert = Insert an image
image-insert-about = Choose one, or drop a file here or onto the text.
image-mistake-none = Choose a file first.
image-mistake-kind = This is no PNG, JPEG, GIF or WebP image. SVG is not taken: mailboxes do not show it.
image-mistake-large = The image is larger than { $size }: readers would wait for it. Make it smaller and try again.
image-mistake-pixels = The image has more than { $n } pixels: phones run out of memory with it. Make it smaller and try again.
image-mistake-full = There is no more room: a workspace has at most { $n } images and 256 MB of them. Delete some that no template shows.
image-told-added = The image is uploaded. Its address can be copied here.
image-told-same = This image was here already: it keeps its address.
image-told-removed = The image is deleted.
image-close = Close
