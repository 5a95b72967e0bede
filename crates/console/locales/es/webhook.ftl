# Webhooks: endpoints that are told what happens.
webhooks = Webhooks
webhooks-about = Sus programas se enteran de lo que ocurre mediante solicitudes firmadas.
webhooks-empty-title = Aún no hay ningún endpoint
webhooks-empty-text = Indique una URL y qué se le debe notificar. Mientras desarrolla, un túnel hace accesible su propio equipo.
webhook = Endpoint
webhook-add = Agregar un endpoint
webhook-change = Cambiar el endpoint
webhook-back = Atrás
webhook-url = URL
webhook-url-hint = https:// y una dirección pública. No se siguen redirecciones.
webhook-state = Estado
webhook-lately = Últimas 24 horas
webhook-slow = 5 % más lento
webhook-waiting = En espera
webhook-quiet = Nada en 24 horas
webhook-day = { $n } de { $all } aceptados en 24 horas
webhook-newest = { $n } de los { $all } más recientes aceptados
webhook-enabled = En marcha
webhook-enabled-why = Se entera de lo que ocurre en cuanto ocurre.
webhook-failing = Con fallos
webhook-failing-why = Todos los intentos fallan desde el { $at }. Seguimos intentándolo, a intervalos cada vez mayores.
webhook-paused = En pausa
webhook-paused-why = Alguien lo puso en pausa. Lo que ocurra mientras tanto se guarda y se le notifica cuando continúe.
webhook-gone = Ya no existe
webhook-gone-why = Respondió 410 Gone, así que ya no se le notifica nada. Reanúdelo cuando vuelva a existir.
webhook-dead = Desactivado
webhook-dead-why = Todos los intentos fallaron durante días, así que ya no se le notifica nada. Repárelo, envíe un evento de prueba y reanúdelo: continúa donde se detuvo.
webhook-pause = Pausar
webhook-resume = Reanudar
webhook-edit = Cambiar
webhook-more-acts = Más
webhook-rotate = Crear otro secreto
webhook-rotate-about = El secreto anterior firma junto al nuevo durante 24 horas, para que pueda cambiarlo sin interrupciones.
webhook-remove = Eliminar el endpoint
webhook-remove-about = Ya no se le notifica nada, y lo que espera para él se descarta.
webhook-secret = Secreto de firma
webhook-secret-about = Cópielo ahora: con él su programa comprueba que una solicitud es nuestra. En estas páginas se muestra solo esta vez.
webhook-facts = Configuración
webhook-made = Agregado
webhook-public-key = Clave pública
webhook-events = Eventos
webhook-events-about = Lo que se le notifica
webhook-events-all = Todo, también lo que se agregue después
webhook-group-mail = Correo
webhook-group-people = Lo que hacen los destinatarios
webhook-group-other = El espacio de trabajo
webhook-streams = Flujos
webhook-streams-about = De qué correo se le notifica; sin marcar ninguno, de todo
webhook-streams-all = todos
webhook-more = Campos de encabezado, lotes y firmas
webhook-headers = Campos de encabezado que se envían
webhook-headers-hint = Uno por línea, por ejemplo: Authorization: Bearer …
webhook-message-headers = Campos de encabezado del correo que se incluyen
webhook-message-headers-hint = Nombres separados por comas, por ejemplo X-Order.
webhook-batch = Eventos por solicitud
webhook-batch-hint = 1 envía un objeto; más, hasta 500, envían un arreglo.
webhook-ed25519 = Firmar también con Ed25519
webhook-mistake-url = No se puede llamar a esta URL. Escriba https:// y un nombre público, sin usuario ni contraseña.
webhook-mistake-events = Marque al menos un evento.
webhook-mistake-streams = El espacio ya no tiene ese flujo.
webhook-mistake-headers = Escriba un campo por línea, como Nombre: valor. Los nombres de la conexión y de nuestra firma no se pueden cambiar.
webhook-mistake-names = Como máximo 20 nombres de campos de encabezado.
webhook-mistake-batch = Un número de 1 a 500.
webhook-mistake-many = El espacio ya tiene el máximo de endpoints. Elimine antes uno.
webhook-mistake-since = Indique desde cuándo; el final no puede ser anterior.
webhook-attempts = Intentos
webhook-event = Evento
webhook-any-event = todos los eventos
webhook-verdict = Resultado
webhook-any-verdict = todos los resultados
webhook-taken = Aceptado
webhook-failed = Se reintenta
webhook-given-up = Abandonado
webhook-filter = Mostrar
webhook-all = Mostrar todos
webhook-at = Hora
webhook-http = HTTP
webhook-took = Duración
webhook-number = Intento { $n }
webhook-sample = Prueba
webhook-next = Se reintenta el { $at }.
webhook-none-yet = Aún no se le notificó nada
webhook-none-yet-text = Envíe un evento de prueba para ver si responde.
webhook-none-left = Nada coincide
webhook-none-left-text = Ningún intento guardado tuvo este evento y resultado.
webhook-none-so-far = Nada entre los más recientes
webhook-none-so-far-text = Hay intentos anteriores: continúe con el botón de abajo.
webhook-test = Enviar un evento de prueba
webhook-test-about = Un evento que nunca ocurrió, enviado ahora. Lo indica, y no cuenta para el estado del endpoint.
webhook-test-send = Enviar
webhook-replay = Notificar de nuevo
webhook-replay-about = Todo lo que ocurrió en un periodo, con los mismos identificadores y firmado con el secreto actual.
webhook-since = Desde
webhook-until = Hasta
webhook-replay-begin = Empezar
webhook-replay-one = Notificar de nuevo
webhook-replay-same = Se notifica de nuevo con el mismo identificador
webhook-answer = Lo que respondió
webhook-answer-about = El principio, tal como llegó
webhook-answer-empty = Nada.
webhook-request = Lo que se le notificó
webhook-request-about = Reconstruido a partir del registro, tal como se notifica hoy
webhook-request-gone = El registro ya no tiene estos eventos.
webhook-told-changed = Se cambió el endpoint.
webhook-told-paused = El endpoint está en pausa.
webhook-told-resumed = El endpoint continúa donde se detuvo.
webhook-told-replayed = Se está notificando de nuevo. Los intentos aparecen abajo.
webhook-told-too-many = Hay demasiadas repeticiones en espera para este endpoint. Inténtelo de nuevo cuando terminen.
webhooks-resume = Reanudar
webhooks-resume-title = { $n ->
    [one] ¿Reanudar { $n } webhook?
   *[other] ¿Reanudar { $n } webhooks?
}
webhooks-resume-text = { $n ->
    [one] { $n } endpoint recibirá lo que ocurra desde entonces, y lo ocurrido mientras tanto si aún se conserva.
    *[other] { $n } endpoints recibirán lo que ocurra desde entonces, y lo ocurrido mientras tanto si aún se conserva.
}
webhooks-pause = Pausar
webhooks-pause-title = { $n ->
    [one] ¿Pausar { $n } webhook?
   *[other] ¿Pausar { $n } webhooks?
}
webhooks-pause-text = { $n ->
    [one] { $n } endpoint no recibirá nada hasta que alguien lo reanude.
    *[other] { $n } endpoints no recibirán nada hasta que alguien los reanude.
}
webhooks-remove = Eliminar
webhooks-remove-title = { $n ->
    [one] ¿Eliminar { $n } webhook?
   *[other] ¿Eliminar { $n } webhooks?
}
webhooks-remove-text = { $n ->
    [one] { $n } endpoint no volverá a recibir nada y sus intentos se eliminan. No se puede deshacer.
    *[other] { $n } endpoints no volverán a recibir nada y sus intentos se eliminan. No se puede deshacer.
}
