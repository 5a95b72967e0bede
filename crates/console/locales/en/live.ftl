# What a live page says.
live = Live
live-new = { $n } new
live-new-many = { $n } new
live-pause = Pause
live-more = { $n ->
    [one] and { $n } message more
    *[other] and { $n } messages more
}
live-many-more = and many more
live-full = Live is open in as many tabs as it may be. Close one, and load this page again.
live-over = You are signed out. Load the page again to sign in.
