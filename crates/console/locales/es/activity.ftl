# Activity.
activity = Actividad
activity-about = Cada mensaje y qué pasó con él
activity-messages = Mensajes
activity-search = Buscar mensajes
activity-search-hint = Dirección, palabras, <message-id>, to: from: subject: reply: tag:nombre:valor
activity-find = Buscar
activity-clear = Quitar el filtro
activity-without-tag = Sin la etiqueta { $tag }
activity-without-time = Sin este periodo
activity-status = Estado
activity-stream = Flujo
activity-range = Periodo
activity-any-status = Cualquier estado
activity-any-stream = Cualquier flujo
activity-any-time = Cualquier fecha
activity-suppressed = No enviado: suprimido
activity-rejected = No enviado: dirección no válida
activity-time = Hora
activity-recipient = Destinatario
activity-subject = Asunto
activity-no-subject = (sin asunto)
activity-none-yet = Aún no hay correo
activity-none-yet-text = Cada mensaje que envíe una aplicación o una persona aparece aquí en menos de un segundo.
activity-none-left = Nada coincide
activity-none-left-text = Ningún mensaje cumple a la vez la búsqueda y los filtros.
activity-none-so-far = Nada hasta aquí
activity-none-so-far-text = Ninguno de los mensajes más recientes coincide. Los anteriores aún no se revisaron: continúe.
activity-wrong = Esta búsqueda no se puede hacer
activity-wrong-text = Escriba palabras de dos letras o más, una dirección, @dominio, un Message-ID o tag:nombre:valor; como máximo doce condiciones.
activity-cancel = Cancelar
activity-cancel-title = { $n ->
    [one] ¿Cancelar { $n } mensaje?
   *[other] ¿Cancelar { $n } mensajes?
}
activity-cancel-text = { $n ->
    [one] Las entregas de este mensaje que aún esperan no se envían. Lo ya entregado queda entregado.
   *[other] Las entregas de estos { $n } mensajes que aún esperan no se envían. Lo ya entregado queda entregado.
}
activity-again = Enviar de nuevo
activity-again-title = { $n ->
    [one] ¿Enviar de nuevo { $n } mensaje?
   *[other] ¿Enviar de nuevo { $n } mensajes?
}
activity-again-text = { $n ->
    [one] Se envía una vez más a su destinatario, como mensaje nuevo. Un mensaje con varios destinatarios se envía de nuevo desde su propia página.
   *[other] Cada uno de estos { $n } se envía una vez más a su destinatario, como mensaje nuevo. Un mensaje con varios destinatarios se envía de nuevo desde su propia página. Para llegar a otros, acote el filtro.
}
activity-again-left = { $n ->
    [one] Uno queda fuera: aún espera, fue a varios destinatarios, va a alguien que ahora está en Supresiones o no tiene contenido que pueda enviarse de nuevo, como los códigos y las notificaciones.
   *[other] { $n } quedan fuera: aún esperan, fueron a varios destinatarios, van a alguien que ahora está en Supresiones o no tienen contenido que pueda enviarse de nuevo, como los códigos y las notificaciones.
}
