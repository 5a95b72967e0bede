# Domains: the list, one domain, its records.
domains = Dominios
domains-about = Se envía desde estos nombres y desde los que cuelgan de ellos.
domains-empty-title = Todavía no hay dominios
domains-empty-text = Añada el dominio de su dirección de remitente. Recibirá los registros DNS que demuestran que es suyo.
domain-add-title = Añadir un dominio
domain-add = Añadir dominio
domain-name = Dominio
domain-name-hint = Por ejemplo mail.example.com; los nombres que cuelgan de él también pueden enviar.
domain-mistake-name = Esto no es un nombre de dominio. Escríbalo como mail.example.com.
domain-mistake-taken = El espacio ya tiene este dominio.
domain-mistake-many = El espacio ya tiene todos los dominios que puede tener.
domain-status = Estado
domain-last-look = Registros
domain-links = Enlaces por
domain-links-default = este servidor
domain-added = Añadido
domain-status-pending = A la espera del DNS
domain-status-verified = Verificado
domain-status-vouched = Avalado
domain-checked = Consultado { $ago }
domain-unchecked = Aún sin consultar
domain-verdict-pending = El correo todavía no puede salir con este nombre. Añada los registros necesarios donde se administra su DNS. Volvemos a consultar por nuestra cuenta; con el botón, ahora mismo.
domain-verdict-verified = El correo puede salir con este nombre y con los que cuelgan de él.
domain-verdict-vouched = El operador responde por este nombre, así que el correo puede salir. Los receptores buscan los registros de todos modos.
domain-check = Consultar ahora
domain-records = Registros DNS
domain-records-about = Para copiar donde se administra su DNS
domain-record-needed = necesario
domain-record-optional = recomendado
domain-record-name = Nombre
domain-record-value = Valor
domain-record-instead = Encontrado en su lugar
domain-zone = Como líneas de un archivo de zona
domain-why-dkim = Demuestra que el dominio es suyo y firma su correo.
domain-why-spf = Dice que este servidor puede enviar por el dominio. Si ya hay uno, añádale la parte del medio.
domain-why-dmarc = Dice a los receptores qué hacer con el correo que solo finge ser suyo.
domain-why-tracking = Lleva a este servidor los enlaces del correo con seguimiento.
domain-state-found = Encontrado
domain-state-missing = Aún no está
domain-state-different = Otro valor
domain-state-unknown = Sin respuesta
domain-state-advice = No se consulta
domain-tracking-title = Servidor en los enlaces
domain-tracking-label = Servidor para aperturas y clics
domain-tracking-hint = Este dominio o un nombre que cuelgue de él y lleve aquí. Vacío: el del propio servidor.
domain-mistake-host = Esto no es un nombre de servidor.
domain-mistake-foreign = Tiene que ser este dominio o un nombre que cuelgue de él.
domain-remove-title = Quitar el dominio
domain-remove-about = Se borran sus claves y ya no se puede enviar nada desde él. Para continuar, escriba su nombre.
domain-remove = Quitar dominio
domain-mistake-typed = Este no es el nombre del dominio.
domains-check = Comprobar de nuevo
domains-check-title = { $n ->
    [one] ¿Comprobar { $n } dominio de nuevo?
   *[other] ¿Comprobar { $n } dominios de nuevo?
}
domains-check-text = { $n ->
    [one] Sus registros se consultan ahora en el DNS.
   *[other] Los registros de estos { $n } se consultan ahora en el DNS. Donde no responda, tarda un rato.
}
domains-remove = Eliminar
domains-remove-title = { $n ->
    [one] ¿Eliminar { $n } dominio?
   *[other] ¿Eliminar { $n } dominios?
}
domains-remove-text = { $n ->
    [one] Ya no sale correo con su nombre, y sus claves DKIM se borran. Para volver a enviar desde él hay que publicar registros nuevos.
   *[other] Ya no sale correo con estos { $n } nombres, y sus claves DKIM se borran. Para volver a enviar desde ellos hay que publicar registros nuevos.
}
