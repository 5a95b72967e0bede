# Overview.
overview = Resumen
overview-range = Periodo
overview-range-day = 24 h
overview-range-week = 7 d
overview-range-month = 30 d
overview-range-quarter = 90 d
overview-range-year = 12 meses
overview-needs-you = Requiere su atención
overview-needs-count = { $n ->
    [one] { $n } pendiente
    *[other] { $n } pendientes
}
overview-nothing-needs-you = Ahora nada requiere su atención.
overview-need-measure = { $share } de { $of }
overview-sent = Enviados
overview-delivered = Entregados
overview-deferred = Aplazados
overview-bounced = Devueltos
overview-came-back = Devueltos (escala propia)
overview-opened = Abiertos por personas
overview-clicked = Clics de personas
overview-not-sent = No enviados
overview-machines = { $share } por máquinas
overview-put-off = { $n ->
    [one] { $n } aplazamiento
    *[other] { $n } aplazamientos
}
overview-recipients = { $n ->
    [one] { $n } destinatario
    *[other] { $n } destinatarios
}
overview-mail-per-day = Correo por día
overview-mail-per-hour = Correo por hora
overview-mail-per-month = Correo por mes
overview-chart-sentence = Enviados: { $sent }; devueltos: { $back }.
overview-chart-step = { $when }. Enviados: { $sent }; aplazados: { $off }; devueltos: { $back }.
overview-when = Cuándo
overview-by-provider = Por proveedor de correo
overview-provider = Proveedor
overview-provider-others = Los demás
overview-recent = Correo reciente
overview-and-more = { $n ->
    [one] { $first } y { $n } más
    *[other] { $first } y { $n } más
}
overview-empty-title = Todavía no hay correo
overview-empty-text = Lo que envíe aparecerá aquí en segundos: cuánto fue, qué pasó y qué hacer al respecto.
overview-empty-curl = Envíe el primer mensaje desde una terminal, con su clave de API en lugar de los puntos:
overview-step-account = Cuenta creada
overview-step-domain = Dominio de envío agregado
overview-step-key = Clave de API creada
overview-step-message = Primer mensaje enviado
advice-invalid-addresses = Muchas direcciones no existen
advice-invalid-addresses-text = Suprima las direcciones devueltas y quítelas de sus listas; confirme las nuevas antes de volver a escribirles.
advice-authentication-failing = Los receptores no pueden verificar al remitente
advice-authentication-failing-text = Revise los registros DNS de sus dominios de envío: SPF, DKIM y DMARC deben validarse para el dominio de From.
advice-refused-as-spam = Los receptores toman el contenido por spam
advice-refused-as-spam-text = Compare lo rechazado con lo aceptado; quite los enlaces a dominios en listas de bloqueo y los acortadores, y envíe solo a quien lo pidió.
advice-sender-blocked = La dirección o el dominio está en una lista de bloqueo
advice-sender-blocked-text = Las respuestas nombran la lista y dónde pedir que lo retiren. Busque antes la causa: destinatarios desconocidos, quejas o una clave en otras manos.
advice-refused-by-policy = Los receptores rechazan por política
advice-refused-by-policy-text = Lea las respuestas: a menudo es una política DMARC, falta el nombre inverso de su dirección o el receptor pide registrarse.
advice-deferred-by-rate = Los receptores quieren recibir menos a la vez
advice-deferred-by-rate-text = Reparta los envíos grandes en varias horas y empiece por quienes abren.
advice-opened-by-machines = Abren las máquinas; las personas, casi no
advice-opened-by-machines-text = Guíese por los clics y las respuestas, no por las aperturas; escriba con menos frecuencia a quienes llevan meses sin abrir.
advice-many-unsubscribe = Muchos destinatarios se dan de baja
advice-many-unsubscribe-text = Escriba con menos frecuencia o más al grano; deje que los destinatarios elijan flujos en lugar de abandonarlos todos.
advice-mailing-the-suppressed = Sus listas contienen direcciones a las que no se puede escribir
advice-mailing-the-suppressed-text = Traslade a sus propias listas las devoluciones y las bajas: por webhook o desde Supresiones.
overview-set-up = Poner en marcha este espacio
overview-unproven = Aún no hay ningún dominio verificado
overview-unproven-text = El correo con sus nombres no puede salir hasta que se encuentren sus registros DNS.
overview-unproven-act = Ver los registros
overview-webhook-off = Se desactivó un endpoint de webhooks
overview-webhook-act = Verlo
overview-domain-lost = Los registros de un dominio ya no son válidos
overview-domain-act = Ver sus registros
overview-disk-low = El disco está casi lleno
overview-disk-low-text = Quedan { $free } MB libres; por debajo de { $min } MB no se acepta correo.
