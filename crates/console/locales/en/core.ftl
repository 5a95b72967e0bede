# Words that every page may need.
skip-to-content = Skip to content
language = Language
theme = Colours
theme-system = As the system
theme-light = Light
theme-dark = Dark
copy = Copy
save = Save
pages = Pages
page-before = Newer
page-after = Older
view-as-table = View as table
form-mistakes = Something is missing or wrong. See the marked fields.
messages = { $n ->
    [one] { $n } message
    *[other] { $n } messages
}
time-just-now = just now
time-minutes-ago = { $n ->
    [one] { $n } minute ago
    *[other] { $n } minutes ago
}
time-hours-ago = { $n ->
    [one] { $n } hour ago
    *[other] { $n } hours ago
}
time-days-ago = { $n ->
    [one] { $n } day ago
    *[other] { $n } days ago
}
go-back = Go back
chosen-row = Choose { $name }
chosen-page = All on this page
chosen-all = All that match, on every page
chosen-count = { $n } chosen
chosen-none-title = Nothing is chosen
chosen-none-text = Nothing that was chosen can be changed so. Go back and choose rows, or all that match.
chosen-more = There may be more than these { $n }: one action takes so many, and the rest stays as it is.
chosen-others = { $n ->
    [one] and one more
   *[other] and { $n } more
}
chosen-typed = Type { $n } to remove what is named here
chosen-mistake-typed = This is not how many they are.
chosen-done = Done: { $n }.
chosen-done-of = Done: { $n } of { $of }. The others had changed since they were named, or cannot be changed so.
chosen-done-grew = Done: { $n }, and not { $of }: more had come since they were counted.
chosen-done-more = There may be more that match.
chosen-done-part = Done: { $n } of { $of }.
