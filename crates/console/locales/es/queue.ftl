# Queue: what waits, and why.
queue = Cola
queue-about = Lo que aún no ha salido: hacia dónde, por qué y hasta cuándo.
queue-look-again = Actualizar
queue-incomplete = Postrider acaba de iniciar y todavía está leyendo lo que espera. Puede haber más.
queue-waiting = En espera
queue-under-way = Saliendo ahora
queue-destinations = Destinos
queue-held = Retenidos
queue-empty-title = Nada espera
queue-empty-text = Todo lo que debía salir ya salió.
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
queue-slowed = Ritmo reducido
queue-blocked = Nos rechaza
queue-suspended = Suspendido
queue-until = hasta { $when }
queue-no-reply = No se recibió ningún rechazo.
queue-retry = Intentar ahora
queue-retried = { $n ->
    [one] { $n } entrega se intenta ahora.
    *[other] { $n } entregas se intentan ahora.
}
queue-hold = Retener
queue-hold-about = El correo a { $domain } esperará, sin vencer, hasta que se libere.
queue-hold-title = Retener correo
queue-hold-what = Espera, sin vencer, hasta que se libere
queue-domain = Hacia el dominio
queue-domain-hint = Vacío: todo el correo de este espacio.
queue-reason = Motivo
queue-reason-hint = Para quien lo encuentre después.
queue-mistake-domain = Esto no es un nombre de dominio.
queue-mistake-reason = Indique el motivo, en 200 caracteres como máximo.
queue-mistake-many = Ya existe el máximo de retenciones. Libere antes una.
queue-holds = Retenido
queue-holds-about = Lo que coincide espera hasta que se libere
queue-hold-all = Todo el correo
queue-hold-domain = Correo a { $domain }
queue-hold-lane = { $what }, { $lane }
queue-hold-operator = Lo retiene el operador de esta instalación.
queue-release = Liberar
queue-cancel = Cancelar
queue-cancel-all = Cancelar todo
queue-cancel-sure = Cancelar el envío
queue-cancel-title = { $n ->
    [one] ¿Cancelar { $n } entrega?
   *[other] ¿Cancelar { $n } entregas?
}
queue-cancel-about = { $n ->
    [one] Hay { $n } entrega a { $domain } en espera. Si la cancela, no se enviará nunca.
    *[other] Hay { $n } entregas a { $domain } en espera. Si las cancela, no se enviarán nunca.
}
queue-cancel-about-all = { $n ->
    [one] Hay { $n } entrega en espera. Si la cancela, no se enviará nunca.
    *[other] Hay { $n } entregas en espera. Si las cancela, no se enviarán nunca.
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
    [one] { $what }: hay { $n } entrega en espera. Saldrá en cuanto nada más la retenga.
    *[other] { $what }: hay { $n } entregas en espera. Saldrán en cuanto nada más las retenga.
}
