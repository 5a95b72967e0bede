# What needs somebody, told by mail.
alert-subject = { $workspace }: { $what }
alert-subject-over = { $workspace }: over again
alert-began = { $workspace } needs somebody
alert-over = Over again
alert-why = You get this because you answer for this workspace, or asked for it. Switch it off on your own page.
alert-quota-near = Most of this month’s quota is used
alert-quota-near-text = More than 80 % of what may be sent this month was accepted. Ask who runs the installation for more before it ends.
alert-quota-used = This month’s quota is used
alert-quota-used-text = What the quota says happens now to new mail: it is refused until the month ends, or accepted and counted. Ask who runs the installation for more.
alert-webhook-text = It did not answer for too long, and is told nothing any more. Mend it, and resume it.
