# Domains: the list, one domain, its records.
domains = Dominios
domains-about = Usted envía desde estos dominios y desde sus subdominios.
domains-empty-title = Todavía no hay dominios
domains-empty-text = Agregue el dominio de su dirección de remitente. Recibirá los registros DNS que demuestran que es suyo.
domain-add-title = Agregar un dominio
domain-add = Agregar dominio
domain-name = Dominio
domain-name-hint = Por ejemplo, mail.example.com; sus subdominios también pueden enviar.
domain-mistake-name = Esto no es un nombre de dominio. Escríbalo como mail.example.com.
domain-mistake-taken = El espacio ya tiene este dominio.
domain-mistake-many = El espacio ya tiene el máximo de dominios.
domain-status = Estado
domain-last-look = Registros
domain-links = Enlaces a través de
domain-links-default = este servidor
domain-added = Agregado
domain-status-pending = A la espera del DNS
domain-status-verified = Verificado
domain-status-vouched = Avalado
domain-checked = Consultado { $ago }
domain-unchecked = Aún sin consultar
domain-verdict-pending = El correo todavía no puede salir con este nombre. Agregue los registros necesarios donde se administra su DNS. Los volvemos a consultar automáticamente; con el botón, de inmediato.
domain-verdict-verified = El correo puede salir con este nombre y con sus subdominios.
domain-verdict-vouched = El operador responde por este nombre, así que el correo puede salir. Los receptores buscan los registros de todos modos.
domain-check = Consultar ahora
domain-records = Registros DNS
domain-records-about = Cópielos donde se administra su DNS
domain-record-needed = necesario
domain-record-optional = recomendado
domain-record-name = Nombre
domain-record-value = Valor
domain-record-instead = Encontrado en su lugar
domain-zone = Como líneas de un archivo de zona
domain-why-dkim = Demuestra que el dominio es suyo y firma su correo.
domain-why-spf = Dice que este servidor puede enviar por el dominio. Si ya hay uno, agréguele la parte del medio.
domain-why-dmarc = Dice a los receptores qué hacer con el correo que solo finge ser suyo.
domain-why-tracking = Lleva a este servidor los enlaces del correo con seguimiento.
domain-state-found = Encontrado
domain-state-missing = Aún no está
domain-state-different = Otro valor
domain-state-unknown = Sin respuesta
domain-state-advice = No se consulta
domain-tracking-title = Host en los enlaces
domain-tracking-label = Host para aperturas y clics
domain-tracking-hint = Este dominio o un subdominio suyo que lleve a este servidor. Vacío: el del propio servidor.
domain-mistake-host = Esto no es un nombre de host.
domain-mistake-foreign = Tiene que ser este dominio o un subdominio suyo.
domain-remove-title = Eliminar el dominio
domain-remove-about = Se eliminan sus claves y ya no se puede enviar nada desde él. Para continuar, escriba su nombre.
domain-remove = Eliminar dominio
domain-mistake-typed = Este no es el nombre del dominio.
domains-check = Consultar de nuevo
domains-check-title = { $n ->
    [one] ¿Consultar de nuevo { $n } dominio?
   *[other] ¿Consultar de nuevo { $n } dominios?
}
domains-check-text = { $n ->
    [one] Sus registros se consultan ahora en el DNS.
   *[other] Los registros de estos { $n } se consultan ahora en el DNS. Si no responde, puede tardar un poco.
}
domains-remove = Eliminar
domains-remove-title = { $n ->
    [one] ¿Eliminar { $n } dominio?
   *[other] ¿Eliminar { $n } dominios?
}
domains-remove-text = { $n ->
    [one] Ya no sale correo con su nombre, y sus claves DKIM se eliminan. Para volver a enviar desde él hay que publicar registros nuevos.
   *[other] Ya no sale correo con estos { $n } nombres, y sus claves DKIM se eliminan. Para volver a enviar desde ellos hay que publicar registros nuevos.
}
