# What needs somebody, told by mail.
alert-subject = { $workspace } requiere su atención
alert-subject-over = { $workspace }: resuelto
alert-began = { $workspace } necesita atención
alert-over = Resuelto
alert-why = Lo recibe porque responde de este espacio o porque lo pidió. Puede desactivarlo en su página.
alert-why-operator = Lo recibe porque opera esta instalación. Puede desactivarlo en su página.
alert-quota-near = Se ha usado casi toda la cuota de este mes
alert-quota-near-text = Se aceptó más del 80 % de lo que puede enviarse este mes. Pida más a quien opera la instalación antes de que se agote.
alert-quota-used = La cuota de este mes se ha agotado
alert-quota-used-text = Al correo nuevo le ocurre lo que dice la cuota: se rechaza hasta fin de mes, o se acepta y se cuenta. Pida más a quien opera la instalación.
alert-webhook-text = No respondió durante demasiado tiempo y ya no recibe nada. Arréglelo y reanúdelo.
alert-installation = Postrider en { $host }
alert-domain-text = Los registros de este dominio que antes se encontraban faltan ahora, o son otros. Los buzones ya no se fían del correo con su nombre: publíquelos de nuevo.
alert-disk-text = El disco de la instalación está casi lleno. Cuando se alcance su reserva no se aceptará correo: libere espacio.
