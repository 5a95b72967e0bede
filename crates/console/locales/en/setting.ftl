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
