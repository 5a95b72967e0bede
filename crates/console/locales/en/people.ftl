# Members of a workspace, their roles, and invitations.
users = Users and roles
users-about = Who works in this workspace, and what each of them may do.
members = Members
member = Member
member-own = (you)
member-role = Role
member-role-of = Role of { $name }
member-role-set = Change role
member-change = Change
member-change-of = Change { $name }
member-remove = Remove from this workspace
member-remove-about = { $name } sees nothing of this workspace any more. Their account stays.
member-last-owner = This was not changed: a workspace needs an owner, or somebody else changed it at the same moment.
member-above = Only an owner can do this.
member-never = not lately
invite-title = Invite somebody
invite = Invite
invite-language = Language of the email
invite-mistake-member = This person is a member already.
invite-mistake-many = There are 100 open invitations. Revoke some first.
invite-mistake-role = Choose a role that is not above yours.
invited-title = { $email } is invited
invited-by-mail = An email with the link is on its way.
invited-not-by-mail = No email was sent, because no domain of this workspace may send yet: hand over the link yourself.
invited-link = The link is shown this once. It opens once, for seven days.
invitation = Invitation
invitation-email = Invited
invitation-from = By
invitation-until = Opens until
invitation-ended = is over
invitation-revoke = Revoke
invitation-revoke-about = The link that { $email } has will open nothing any more.
invitation-revoke-sure = Revoke this invitation
invitation-to = Join { $workspace }
invitation-by = { $name } invites you. Your role: { $role }.
invitation-make = Create my account and join
invitation-join = Join
invitation-known = There is an account with the address { $email }. Sign in with it to join.
invitation-other = This invitation is for { $email }, and you are signed in as { $own }. Sign out, and open the link again.
invitation-over = This invitation is over
invitation-over-text = It was used, revoked, or waited for more than seven days. Ask for a new one.
invitation-mail-subject = { $name } invites you to { $workspace }
invitation-mail-intro = { $name } invites you to { $workspace }.
invitation-mail-role = Your role: { $role }.
invitation-mail-accept = Accept the invitation
invitation-mail-link = Or open this address in your browser:
invitation-mail-expires = { $n ->
    [one] The link opens once, within { $n } day.
    *[other] The link opens once, within { $n } days.
}
invitation-mail-ignore = If you do not know who this is, ignore this email.
roles = Who may do what
roles-about = The same table decides everywhere
roles-what = Permission
roles-yes = yes
roles-no = no
may-see-figures = See figures, and the list of mail without its content
may-see-content = See what a mail says
may-send-mail = Send mail, and send mail again
may-steer-queue = Hold, release, retry and cancel what waits
may-see-suppressions = See who may not be mailed
may-change-suppressions = Decide who may not be mailed
may-see-templates = See templates
may-change-templates = Write and publish templates
may-see-domains = See domains and streams
may-change-domains = Add, change and remove domains and streams
may-steer-webhooks = See and change webhooks, and replay events
may-steer-keys = See, make and revoke API keys
may-steer-people = See and invite people, and change their roles
may-see-audit = See who changed what
may-empty-capture = Empty the capture mailbox
may-change-workspace = Change the workspace’s settings
may-lift-complaints = Let those be mailed again who complained or unsubscribed
invitations-revoke = Revoke
invitations-revoke-title = { $n ->
    [one] Revoke { $n } invitation?
   *[other] Revoke { $n } invitations?
}
invitations-revoke-text = { $n ->
    [one] { $n } link that was sent opens nothing any more.
    *[other] { $n } links that were sent open nothing any more.
}
require = Require it of everybody
require-no-more = Require it no more
require-on = Everybody in this workspace has to use two-factor sign-in or a passkey.
require-off = Each member decides for themselves. When it is required, whoever has neither an authenticator app nor a passkey has to set one up before they see anything of this workspace.
may-require-second-factor = Require two-factor sign-in of everybody
members-role = Give this role
members-role-title = { $n ->
    [one] Give { $n } member another role?
   *[other] Give { $n } members another role?
}
members-role-text = { $n ->
    [one] It takes effect at once, and open invitations of this member end. The last owner stays one.
   *[other] It takes effect at once, and open invitations of these { $n } members end. The last owner stays one.
}
members-remove = Remove
members-remove-title = { $n ->
    [one] Take { $n } member out?
   *[other] Take { $n } members out?
}
members-remove-text = { $n ->
    [one] This member cannot open the workspace any more, and their open invitations end.
   *[other] These { $n } members cannot open the workspace any more, and their open invitations end. The last owner stays.
}
