# API keys, and how programs connect.
keys = API keys and SMTP
keys-about = A key lets a program hand over mail, by HTTP or by SMTP.
keys-title = Keys
keys-empty-title = No key yet
keys-empty-text = Make one for each program, so that you can revoke it alone.
key-name = Name
key-name-hint = Which program has it.
key-prefix = Begins with
key-scope = May
key-scope-full = everything in this workspace
key-scope-role = what the role of whoever made it may
key-scope-sending = only send
key-domain = From
key-domain-any = every domain
key-domain-gone = a removed domain
key-used = Last used
key-used-never = never
key-make-title = Make a key
key-make = Make key
key-made-title = Your new key
key-made-about = Copy { $name } now: it is shown this once and never again.
key-mistake-name = Give the key a name, up to 100 characters.
key-mistake-domain = The workspace has no such domain any more.
key-mistake-many = The workspace has as many keys as it may have. Revoke one first.
key-revoke = Revoke
key-revoke-about = Programs that have { $name } can send nothing from this moment on.
key-revoke-sure = Revoke this key
smtp-title = SMTP
smtp-host = Host
smtp-port = Port
smtp-starttls = STARTTLS
smtp-implicit = TLS from the start
smtp-user = User
smtp-user-any = any, for example
smtp-password = Password
smtp-password-key = an API key
http-title = HTTP
snippets-title = To paste
snippets-about = Put your key in place of YOUR_API_KEY.
keys-revoke = Revoke
keys-revoke-title = { $n ->
    [one] Revoke { $n } key?
   *[other] Revoke { $n } keys?
}
keys-revoke-text = { $n ->
    [one] Programs that have this key can send nothing from this moment on. This cannot be undone.
    *[other] Programs that have these { $n } keys can send nothing from this moment on. This cannot be undone.
}
