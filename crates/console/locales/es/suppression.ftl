# Suppressions: who may not be mailed.
suppressions = Supresiones
suppressions-about = A estas direcciones no se envía el tipo de correo que indica cada fila, lo pida quien lo pida.
suppressions-empty-title = No hay nadie en la lista
suppressions-empty-text = Las direcciones que no existen, que se quejan o que se dan de baja llegan aquí por sí solas.
suppressions-none-title = No se encontró nada
suppressions-none-text = Ninguna dirección de la lista es exactamente esta, por este motivo.
suppression-address = Dirección
suppression-search = Dirección completa
suppression-find = Buscar
suppression-all = Ver todas
suppression-reason = Motivo
suppression-reason-any = todos los motivos
suppression-bounce = Devolución
suppression-complaint = Queja
suppression-unsubscribed = Baja
suppression-manual = Agregada manualmente
suppression-scope = Para
suppression-scope-workspace = todo el correo
suppression-scope-marketing = todo el marketing
suppression-scope-stream = el flujo { $name }
suppression-evidence = Lo que se respondió
suppression-since = Desde
suppression-add-title = Suprimir direcciones
suppression-emails = Direcciones
suppression-emails-hint = Hasta 1000, separadas por espacios, comas o saltos de línea.
suppression-add = Suprimir
suppression-mistake-none = Escriba al menos una dirección.
suppression-mistake-many = Son más de 1000 direcciones. No se agregó ninguna.
suppression-mistake-address = { $text } no es una dirección de correo. No se agregó ninguna.
suppression-lift = Levantar
suppression-lift-about = El correo a { $address } podrá salir de nuevo. Si no existía o no quería su correo, volver a enviar daña su reputación.
suppression-lift-sure = Levantar la supresión
suppression-lift-these = Levantar estas
suppression-lift-title = { $n ->
    [one] ¿Levantar { $n } supresión?
   *[other] ¿Levantar { $n } supresiones?
}
suppression-lift-many = { $n ->
    [one] El correo a { $n } dirección podrá salir de nuevo. Escribir a quien no lo quería, o no existe, daña su reputación.
    *[other] El correo a { $n } direcciones podrá salir de nuevo. Escribir a quien no lo quería, o no existe, daña su reputación.
}
