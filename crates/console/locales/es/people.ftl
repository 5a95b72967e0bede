# Miembros de un espacio, sus roles y las invitaciones.
users = Usuarios y roles
users-about = Quién trabaja en este espacio y qué puede hacer cada persona.
members = Miembros
member = Miembro
member-own = (usted)
member-role = Rol
member-role-of = Rol de { $name }
member-role-set = Cambiar rol
member-change = Cambiar
member-change-of = Cambiar a { $name }
member-remove = Quitar de este espacio
member-remove-about = { $name } ya no verá nada de este espacio. Su cuenta se conserva.
member-last-owner = No se cambió nada: un espacio necesita un propietario, o alguien más hizo un cambio en ese mismo momento.
member-above = Solo un propietario puede hacerlo.
member-never = no recientemente
invite-title = Invitar a alguien
invite = Invitar
invite-language = Idioma del correo
invite-mistake-member = Esta persona ya es miembro.
invite-mistake-many = Hay 100 invitaciones pendientes. Revoque alguna antes.
invite-mistake-role = Elija un rol que no esté por encima del suyo.
invited-title = { $email } tiene una invitación
invited-by-mail = Un correo con el enlace está en camino.
invited-not-by-mail = No se envió ningún correo, porque ningún dominio de este espacio puede enviar todavía: haga llegar usted el enlace.
invited-link = El enlace se muestra solo esta vez. Funciona una sola vez, durante siete días.
invitation = Invitación
invitation-email = Persona invitada
invitation-from = Por
invitation-until = Válida hasta
invitation-ended = venció
invitation-revoke = Revocar
invitation-revoke-about = El enlace que tiene { $email } dejará de funcionar.
invitation-revoke-sure = Revocar esta invitación
invitation-to = Únase a { $workspace }
invitation-by = Le invita { $name }. Su rol: { $role }.
invitation-make = Crear mi cuenta y unirme
invitation-join = Unirme
invitation-known = Ya hay una cuenta con la dirección { $email }. Inicie sesión con ella para unirse.
invitation-other = Esta invitación es para { $email } y usted inició sesión como { $own }. Cierre la sesión y vuelva a abrir el enlace.
invitation-over = Esta invitación ya no es válida
invitation-over-text = Ya se usó, se revocó o pasaron más de siete días. Pida una nueva.
invitation-mail-subject = { $name } le invita a { $workspace }
invitation-mail-intro = { $name } le invita a { $workspace }.
invitation-mail-role = Su rol: { $role }.
invitation-mail-accept = Aceptar la invitación
invitation-mail-link = O abra esta dirección en su navegador:
invitation-mail-expires = { $n ->
    [one] El enlace funciona una sola vez, durante { $n } día.
    [many] El enlace funciona una sola vez, durante { $n } de días.
    *[other] El enlace funciona una sola vez, durante { $n } días.
}
invitation-mail-ignore = Si no sabe de quién se trata, ignore este correo.
roles = Quién puede hacer qué
roles-about = La misma tabla decide en todas partes
roles-what = Permiso
roles-yes = sí
roles-no = no
may-see-figures = Ver cifras y la lista de correos sin su contenido
may-see-content = Ver lo que dice un correo
may-send-mail = Enviar correo y volver a enviarlo
may-steer-queue = Retener, liberar, reintentar y cancelar lo que espera
may-see-suppressions = Ver a quién no se puede escribir
may-change-suppressions = Decidir a quién no se puede escribir
may-see-templates = Ver plantillas
may-change-templates = Escribir y publicar plantillas
may-see-domains = Ver dominios y flujos
may-change-domains = Agregar, cambiar y eliminar dominios y flujos
may-steer-webhooks = Ver y cambiar webhooks, y notificar eventos de nuevo
may-steer-keys = Ver, crear y revocar claves de API
may-steer-people = Ver e invitar a personas, y cambiar sus roles
may-see-audit = Ver quién cambió qué
may-empty-capture = Vaciar el buzón de captura
may-change-workspace = Cambiar la configuración del espacio
may-lift-complaints = Permitir que se vuelva a escribir a quien se quejó o se dio de baja
invitations-revoke = Revocar
invitations-revoke-title = { $n ->
    [one] ¿Revocar { $n } invitación?
   *[other] ¿Revocar { $n } invitaciones?
}
invitations-revoke-text = { $n ->
    [one] { $n } enlace enviado dejará de funcionar.
    *[other] { $n } enlaces enviados dejarán de funcionar.
}
require = Exigirla a todos
require-no-more = Dejar de exigirla
require-on = En este espacio todos tienen que usar la verificación en dos pasos o una llave de acceso.
require-off = Cada miembro decide por su cuenta. Si se exige, quien no tenga una aplicación de autenticación ni una llave de acceso deberá configurar una de las dos antes de ver nada de este espacio.
may-require-second-factor = Exigir la verificación en dos pasos a todos
members-role = Dar este rol
members-role-title = { $n ->
    [one] ¿Dar otro rol a { $n } miembro?
   *[other] ¿Dar otro rol a { $n } miembros?
}
members-role-text = { $n ->
    [one] Se aplica de inmediato, y las invitaciones pendientes de este miembro quedan sin efecto. El último propietario sigue siéndolo.
   *[other] Se aplica de inmediato, y las invitaciones pendientes de estos { $n } miembros quedan sin efecto. El último propietario sigue siéndolo.
}
members-remove = Quitar
members-remove-title = { $n ->
    [one] ¿Quitar a { $n } miembro?
   *[other] ¿Quitar a { $n } miembros?
}
members-remove-text = { $n ->
    [one] Este miembro ya no puede abrir el espacio, y sus invitaciones pendientes quedan sin efecto.
   *[other] Estos { $n } miembros ya no pueden abrir el espacio, y sus invitaciones pendientes quedan sin efecto. El último propietario se queda.
}
