# What needs somebody, told by mail.
alert-subject = { $workspace } needs you
alert-subject-over = { $workspace }: over again
alert-began = { $workspace } needs somebody
alert-over = Over again
alert-why = You get this because you are responsible for this workspace, or asked for it. Switch it off on your own page.
alert-why-operator = You get this because you run this installation. Switch it off on your own page.
alert-quota-near = Most of this month’s quota is used
alert-quota-near-text = More than 80% of what may be sent this month was accepted. Ask whoever runs the installation for more before it is used up.
alert-quota-used = This month’s quota is used
alert-quota-used-text = What the quota says now happens to new mail: it is refused until the month ends, or accepted and counted. Ask whoever runs the installation for more.
alert-webhook-text = It has not answered for too long, and is told nothing any more. Mend it, and resume it.
alert-installation = Postrider on { $host }
alert-domain-text = Records of this domain that were found before are missing now, or have other values. Mail under its name is no longer trusted by mailboxes: publish them again.
alert-disk-text = The disk of the installation is nearly full. When its reserve is reached, no mail is accepted: make room.
