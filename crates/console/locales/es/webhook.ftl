# Webhooks: endpoints that are told what happens.
webhooks = Webhooks
webhooks-about = Sus programas se enteran de lo que ocurre mediante peticiones firmadas.
webhooks-empty-title = Aún no hay ningún destino
webhooks-empty-text = Indique una URL y lo que se le debe contar. Mientras desarrolla, un túnel hace accesible su propio equipo.
webhook = Destino
webhook-add = Añadir un destino
webhook-change = Cambiar el destino
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
webhook-failing-why = Todos los intentos han fallado desde { $at }. Seguimos intentándolo, cada vez con más distancia.
webhook-paused = En pausa
webhook-paused-why = Alguien lo puso en pausa. Lo que ocurra mientras tanto se guarda y se cuenta cuando continúe.
webhook-gone = Desaparecido
webhook-gone-why = Respondió 410 Gone, así que ya no se le cuenta nada. Reanúdelo cuando vuelva a existir.
webhook-dead = Desactivado
webhook-dead-why = Todos los intentos fallaron durante días, así que ya no se le cuenta nada. Repárelo, envíe una muestra y reanúdelo: continúa donde se detuvo.
webhook-pause = Pausar
webhook-resume = Reanudar
webhook-edit = Cambiar
webhook-more-acts = Más
webhook-rotate = Crear otro secreto
webhook-rotate-about = El secreto anterior firma junto al nuevo durante 24 horas, para que pueda cambiarlo sin interrupciones.
webhook-remove = Eliminar el destino
webhook-remove-about = Ya no se le cuenta nada, y lo que espera para él se descarta.
webhook-secret = Secreto de firma
webhook-secret-about = Cópielo ahora: con él su programa comprueba que una petición es nuestra. En estas páginas se muestra solo esta vez.
webhook-facts = Ajustes
webhook-made = Añadido
webhook-public-key = Clave pública
webhook-events = Eventos
webhook-events-about = Lo que se le cuenta
webhook-events-all = Todo, también lo que se añada después
webhook-group-mail = Correo
webhook-group-people = Lo que hacen los destinatarios
webhook-group-other = El espacio de trabajo
webhook-streams = Flujos
webhook-streams-about = De qué correo se le cuenta; sin marcar ninguno, de todo
webhook-streams-all = todos
webhook-more = Campos de cabecera, lotes y firmas
webhook-headers = Campos de cabecera que se envían
webhook-headers-hint = Uno por línea, por ejemplo: Authorization: Bearer …
webhook-message-headers = Campos de cabecera del correo que se cuentan
webhook-message-headers-hint = Nombres separados por comas, por ejemplo X-Order.
webhook-batch = Eventos por petición
webhook-batch-hint = 1 envía un objeto; más, hasta 500, envían una lista.
webhook-ed25519 = Firmar también con Ed25519
webhook-mistake-url = No se puede llamar a esta URL. Escriba https:// y un nombre público, sin usuario ni contraseña.
webhook-mistake-events = Marque al menos un evento.
webhook-mistake-streams = El espacio ya no tiene ese flujo.
webhook-mistake-headers = Escriba un campo por línea, como Nombre: valor. Los nombres de la conexión y de nuestra firma no se pueden cambiar.
webhook-mistake-names = Como máximo 20 nombres de campos de cabecera.
webhook-mistake-batch = Un número de 1 a 500.
webhook-mistake-many = El espacio ya tiene todos los destinos que puede tener. Elimine antes uno.
webhook-mistake-since = Indique desde cuándo, y un final que no sea anterior.
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
webhook-sample = Muestra
webhook-next = Se reintenta el { $at }.
webhook-none-yet = Aún no se le ha contado nada
webhook-none-yet-text = Envíe una muestra para ver si responde.
webhook-none-left = Nada coincide
webhook-none-left-text = Ningún intento guardado tuvo este evento y resultado.
webhook-none-so-far = Nada entre los más recientes
webhook-none-so-far-text = Hay intentos anteriores: continúe con el botón de abajo.
webhook-test = Enviar una muestra
webhook-test-about = Un evento que nunca ocurrió, enviado ahora. Lo indica, y no cuenta para el estado del destino.
webhook-test-send = Enviar
webhook-replay = Contarlo de nuevo
webhook-replay-about = Todo lo que ocurrió en un periodo, con los mismos identificadores y firmado con el secreto actual.
webhook-since = Desde
webhook-until = Hasta
webhook-replay-begin = Empezar
webhook-replay-one = Contarlo de nuevo
webhook-replay-same = Se cuenta de nuevo con el mismo identificador
webhook-answer = Lo que respondió
webhook-answer-about = El principio, tal como llegó
webhook-answer-empty = Nada.
webhook-request = Lo que se le contó
webhook-request-about = Hecho de nuevo a partir del registro, tal como se cuenta hoy
webhook-request-gone = El registro ya no tiene estos eventos.
webhook-told-changed = El destino se ha cambiado.
webhook-told-paused = El destino está en pausa.
webhook-told-resumed = El destino continúa donde se detuvo.
webhook-told-replayed = Se está contando de nuevo. Los intentos aparecen abajo.
webhook-told-too-many = Demasiadas repeticiones esperan a este destino. Inténtelo de nuevo cuando terminen.
webhooks-resume = Reanudar
webhooks-resume-title = { $n ->
    [one] ¿Reanudar { $n } webhook?
   *[other] ¿Reanudar { $n } webhooks?
}
webhooks-resume-text = { $n ->
    [one] { $n } destino recibirá lo que ocurra desde entonces, y lo ocurrido mientras tanto si aún se conserva.
    *[other] { $n } destinos recibirán lo que ocurra desde entonces, y lo ocurrido mientras tanto si aún se conserva.
}
webhooks-pause = Pausar
webhooks-pause-title = { $n ->
    [one] ¿Pausar { $n } webhook?
   *[other] ¿Pausar { $n } webhooks?
}
webhooks-pause-text = { $n ->
    [one] { $n } destino no recibirá nada hasta que alguien lo reanude.
    *[other] { $n } destinos no recibirán nada hasta que alguien los reanude.
}
webhooks-remove = Eliminar
webhooks-remove-title = { $n ->
    [one] ¿Eliminar { $n } webhook?
   *[other] ¿Eliminar { $n } webhooks?
}
webhooks-remove-text = { $n ->
    [one] { $n } destino no volverá a recibir nada y sus intentos se eliminan. No se puede deshacer.
    *[other] { $n } destinos no volverán a recibir nada y sus intentos se eliminan. No se puede deshacer.
}
