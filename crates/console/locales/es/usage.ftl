# Uso: cifras de un periodo y consumo por mes.
usage = Uso
usage-counted = contado hasta { $when }
usage-transactional = Transaccional
usage-marketing = Marketing
usage-month = Mes
usage-consumption = Consumo
usage-consumption-sub = 12 meses, UTC
usage-sentence = Enviados en doce meses: { $n }; en este: { $now }.
usage-so-far = Enviados este mes: { $used }.
usage-forecast = Enviados este mes: { $used }. A este ritmo, unos { $about } al terminar.
usage-quota = Cuota: { $n } al mes.
usage-by = Desglosar por
usage-by-none = Nada
usage-by-stream = Flujo
usage-by-template = Plantilla
usage-by-provider = Proveedor
usage-by-tag = Etiqueta
usage-by-domain = Dominio
usage-by-key = Clave
usage-by-about = Elija cómo se desglosan las cifras.
usage-none = No hubo correo así en este periodo.
usage-no-key = sin clave
usage-all-again = Mostrar de nuevo todo el correo
usage-opened-all = Abiertos, por todos
usage-left-us = Bajas
usage-shortened = Solo desde el { $from }: un periodo más largo no se puede desglosar así.
usage-cut = Entre los primeros { $n } por nombre; el archivo no tiene más.
usage-left = { $n ->
    [one] { $n } más, con menos correo, está en el archivo.
    *[other] { $n } más, con menos correo, están en el archivo.
}
usage-why-bounced = Por qué se devolvió el correo
usage-why-deferred = Por qué se aplazaron intentos
usage-why-failed = Por qué falló el correo
usage-why-not-sent = Por qué no se envió
usage-keys = Por clave y mes
usage-kept = { $n ->
    [one] Las cifras se conservan siempre. Los mensajes y sus eventos se guardan { $n } día.
    *[other] Las cifras se conservan siempre. Los mensajes y sus eventos se guardan { $n } días.
}
usage-hygiene = Higiene de listas
usage-hygiene-about = Suprima todas las direcciones de este periodo cuyo correo se devolvió porque no existen.
usage-hygiene-do = Suprimirlas
usage-hygiene-on = Seguir con el resto
usage-hygiene-sure = No se enviará nada a estas direcciones, en ningún flujo, hasta que alguien levante la supresión.
usage-suppressed = { $n ->
    [one] { $n } dirección que no existe queda suprimida.
    *[other] { $n } direcciones que no existen quedan suprimidas.
}
usage-cause-recipient = El buzón no existe
usage-cause-domain = El dominio no recibe correo
usage-cause-inactive = Buzón cerrado
usage-cause-quota = Buzón lleno
usage-cause-greylist = Pidió volver más tarde
usage-cause-rate = Demasiado a la vez
usage-cause-block-address = No confía en nuestra dirección
usage-cause-block-domain = No confía en el dominio remitente
usage-cause-content = Tomado por spam
usage-cause-attachment = Adjunto rechazado
usage-cause-auth = Remitente sin verificar
usage-cause-policy = Reglas propias del receptor
usage-cause-relay = Configuración del receptor
usage-cause-too-large = Demasiado grande
usage-cause-protocol = Diálogo no entendido
usage-cause-dns = El DNS no respondió
usage-cause-network = No se pudo llegar al servidor
usage-cause-remote = Problemas en el receptor
usage-cause-expired = Se agotó el plazo
usage-cause-unknown = Respuesta de clase desconocida
usage-cause-previous-bounce = Devuelto antes
usage-cause-previous-complaint = Se quejó antes
usage-cause-unsubscribed = Se dio de baja
usage-cause-manual = Suprimida manualmente
usage-cause-invalid = Dirección no válida
usage-cause-cancelled = Cancelado
usage-cause-content-gone = El contenido ya no estaba
usage-cause-not-verified = Dominio sin verificar
usage-cause-signing = No se pudo firmar
usage-cause-poison = No se pudo procesar
