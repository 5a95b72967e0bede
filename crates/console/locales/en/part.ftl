# Layouts, partials and themes.
parts = Layouts and parts
parts-about = What your templates share. What you change here is in what you publish next; what is live stays as it is.
parts-empty-title = No layout or part yet
parts-empty-text = Put the frame of your mail into a layout, what returns again and again into a partial, colours and fonts into a theme.
part-kind = Kind
part-layout = Layout
part-layout-about = The frame round a template. A template begins with { $how } and fills its blocks.
part-partial = Partial
part-partial-about = A piece that templates put in: { $how }
part-theme = Theme
part-theme-about = Colours, fonts and logo. A template chooses it in its settings: { $how }
part-name = Name
part-name-hint = Templates ask for it by this: letters, digits, dots, hyphens, underscores.
part-new = New layout or part
part-make = Make it
part-used = Used by
part-used-by = { $n ->
    [one] { $n } template or part
    *[other] { $n } templates and parts
}
part-used-nobody = Nobody yet
part-used-unknown = Not known: there are too many templates to look through
part-changed = Changed
part-body = Content
part-json = Theme (JSON)
part-sample = Shown with words of its own: what a template would say stands here as a sample.
part-sample-text = Here is what a template says. It may be long or short; the frame round it stays the same.
part-starter-text = Write here what your templates share.
part-seen = It can be used
part-seen-about = Templates that name it can be published.
part-publish-next = What is live does not change. Templates that name it show this when they are published again.
part-remove-about = It goes for good. What was published with it stays as it is.
part-remove-sure = Delete it
part-remove-used = It cannot be deleted while something names it. Take it out there first.
part-mistake-name = A name is 1 to 64 letters, digits, dots, hyphens and underscores.
part-mistake-taken = There is one of this kind with the name { $name } already.
part-mistake-full = A workspace has at most { $n } layouts, partials and themes.
part-mistake-long = It is longer than { $size }.
part-mistake-theme = A theme is a JSON object.
part-mistake-used = Its name does not change while something names it.
part-told-saved = Saved.
part-told-made = It is there, and can be named by templates.
part-told-removed = It is deleted.
part-told-used = It was not deleted: something names it.
