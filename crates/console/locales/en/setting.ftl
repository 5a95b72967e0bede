# Settings of a workspace.
settings = Settings
settings-saved = Saved.
settings-general = General
settings-name = In addresses and settings, it is always
settings-elsewhere = Set elsewhere
settings-streams = What is tracked, by kind of mail.
settings-domains = The names you send from, and the host in links.
settings-keys = Who may hand over mail.
settings-fixed = The same for all workspaces
settings-fixed-about = Set by the operator in postrider.toml
settings-what = What
settings-value = Value
settings-file = Name of the setting
settings-next-hop = Where mail goes
settings-transactional = Transactional mail is tried for
settings-marketing = Marketing mail is tried for
settings-message-max = A message has at most
settings-recipients = Recipients of a message at most
settings-content = What mail says is kept for
settings-events = What happened to it is kept for
settings-addresses = Network addresses of readers are kept for
settings-tracking = Links lead through
settings-files = Files of a workspace take at most
settings-files-kept = Uploaded files are kept for
settings-days = { $n ->
    [one] { $n } day
    *[other] { $n } days
}
settings-sender = Sender name
settings-sender-hint = Invitations and other mail that is written for this workspace come from this name, and tests suggest it. Left empty, it is { $name }.
settings-sender-mistake = A sender name is one line of at most 60 characters, without < > @ " \ and invisible characters.
settings-logo = Logo
settings-logo-about = Seen beside the name: in the switcher, on links for support, on the page to unsubscribe, in invitations
settings-logo-file = Image file
settings-logo-hint = PNG, JPEG, GIF or WebP; nearly square, 32 to 1,024 pixels a side, 256 kB at most.
settings-logo-set = Use as logo
settings-logo-remove = Remove the logo
settings-logo-large = A logo has at most 256 kB. Make it smaller and try again.
settings-logo-shape = A logo is 32 to 1,024 pixels a side, and no side is more than twice the other.
