# Queue: what waits, and why.
queue = Cola
queue-about = Lo que aún no ha salido: hacia dónde, por qué y hasta cuándo.
queue-look-again = Volver a mirar
queue-incomplete = Postrider acaba de arrancar y todavía lee lo que espera. Puede haber más.
queue-waiting = En espera
queue-under-way = Saliendo ahora
queue-destinations = Destinos
queue-held = Retenidos
queue-empty-title = Nada espera
queue-empty-text = Todo lo que tocaba ya ha salido.
queue-more = { $n ->
    [one] { $n } destino más, con menos en espera
    *[other] { $n } destinos más, con menos en espera
}
queue-row-leaving = { $n ->
    [one] { $n } saliendo
    *[other] { $n } saliendo
}
queue-lane-code = códigos
queue-lane-transactional = transaccional
queue-lane-automation = automatizaciones
queue-lane-campaign = marketing
queue-flowing = Saliendo
queue-due = Espera su hora
queue-row-held = Retenido
queue-unresolved = El DNS no responde
queue-undeliverable = No acepta correo
queue-unreachable = Inalcanzable
queue-slowed = Frenado
queue-blocked = Nos rechaza
queue-suspended = Suspendido
queue-until = hasta { $when }
queue-no-reply = No se recibió ningún rechazo.
queue-retry = Intentar ahora
queue-retried = { $n ->
    [one] { $n } entrega toca ahora.
    *[other] { $n } entregas tocan ahora.
}
queue-hold = Retener
queue-hold-about = El correo a { $domain } esperará, sin caducar, hasta que se libere.
queue-hold-title = Retener correo
queue-hold-what = Espera, sin caducar, hasta que se libere
queue-domain = Hacia el dominio
queue-domain-hint = Vacío: todo el correo de este espacio.
queue-reason = Motivo
queue-reason-hint = Para quien lo encuentre después.
queue-mistake-domain = Esto no es un nombre de dominio.
queue-mistake-reason = Diga por qué, en hasta 200 letras.
queue-mistake-many = Ya hay tantas retenciones como puede haber. Libere antes una.
queue-holds = Retenido
queue-holds-about = Lo que coincide espera hasta que se libere
queue-hold-all = Todo el correo
queue-hold-domain = Correo a { $domain }
queue-hold-lane = { $what }, { $lane }
queue-hold-operator = Lo retiene el operador de esta instalación.
queue-release = Liberar
queue-cancel = Cancelar
queue-cancel-all = Cancelar todo
queue-cancel-title = { $n ->
    [one] ¿Cancelar { $n } entrega?
   *[other] ¿Cancelar { $n } entregas?
}
queue-cancel-about = { $n ->
    [one] Espera { $n } entrega a { $domain }. No se enviará nunca.
    *[other] Esperan { $n } entregas a { $domain }. No se enviarán nunca.
}
queue-cancel-about-all = { $n ->
    [one] Espera { $n } entrega. No se enviará nunca.
    *[other] Esperan { $n } entregas. No se enviarán nunca.
}
queue-cancelled = { $n ->
    [one] Se canceló { $n } entrega.
    *[other] Se cancelaron { $n } entregas.
}
queue-retry-title = { $n ->
    [one] ¿Intentar ahora { $n } entrega?
   *[other] ¿Intentar ahora { $n } entregas?
}
queue-retry-about = { $n ->
    [one] { $what }: { $n } entrega aplazada se intenta enseguida. Lo que nunca se intentó conserva su hora.
    *[other] { $what }: { $n } entregas aplazadas se intentan enseguida. Lo que nunca se intentó conserva su hora.
}
queue-retry-chosen = { $n ->
    [one] { $n } entrega aplazada se intenta enseguida. Lo que nunca se intentó conserva su hora.
    *[other] { $n } entregas aplazadas se intentan enseguida. Lo que nunca se intentó conserva su hora.
}
queue-release-title = { $n ->
    [one] ¿Liberar { $n } entrega?
   *[other] ¿Liberar { $n } entregas?
}
queue-release-about = { $n ->
    [one] { $what }: espera { $n } entrega. Saldrá en cuanto nada más la retenga.
    *[other] { $what }: esperan { $n } entregas. Saldrán en cuanto nada más las retenga.
}
