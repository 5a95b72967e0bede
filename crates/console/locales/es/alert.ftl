# What needs somebody, told by mail.
alert-subject = { $workspace } requiere su atención
alert-subject-over = { $workspace }: resuelto
alert-began = { $workspace } necesita atención
alert-over = Resuelto
alert-why = Lo recibe porque es responsable de este espacio o porque lo pidió. Puede desactivarlo en la página de su cuenta.
alert-why-operator = Lo recibe porque opera esta instalación. Puede desactivarlo en la página de su cuenta.
alert-quota-near = Se usó casi toda la cuota de este mes
alert-quota-near-text = Se aceptó más del 80 % de lo que puede enviarse este mes. Pida más a quien administra la instalación antes de que se agote.
alert-quota-used = Se agotó la cuota de este mes
alert-quota-used-text = Con el correo nuevo ocurre lo que dice la cuota: se rechaza hasta fin de mes, o se acepta y se cuenta. Pida más a quien administra la instalación.
alert-webhook-text = Estuvo demasiado tiempo sin responder y ya no se le notifica nada. Repárelo y reanúdelo.
alert-installation = Postrider en { $host }
alert-domain-text = Los registros de este dominio que antes se encontraban ahora faltan o son distintos. Los proveedores de correo ya no confían en el correo enviado con su nombre: publíquelos de nuevo.
alert-disk-text = El disco de la instalación está casi lleno. Cuando se alcance su reserva no se aceptará correo: libere espacio.
