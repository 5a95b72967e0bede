# API keys, and how programs connect.
keys = Claves de API y SMTP
keys-about = Con una clave, un programa puede enviar correo por HTTP o por SMTP.
keys-title = Claves
keys-empty-title = Todavía no hay claves
keys-empty-text = Cree una para cada programa, así podrá revocarla por separado.
key-name = Nombre
key-name-hint = Qué programa la usa.
key-prefix = Empieza por
key-scope = Permite
key-scope-full = todo en este espacio
key-scope-role = lo mismo que el rol de quien la creó
key-scope-sending = solo enviar
key-domain = Desde
key-domain-any = cualquier dominio
key-domain-gone = un dominio eliminado
key-used = Último uso
key-used-never = nunca
key-make-title = Crear una clave
key-make = Crear clave
key-made-title = Su nueva clave
key-made-about = Copie { $name } ahora: se muestra esta única vez.
key-mistake-name = Dé un nombre a la clave, de hasta 100 caracteres.
key-mistake-domain = El espacio ya no tiene ese dominio.
key-mistake-many = El espacio ya tiene el máximo de claves. Revoque antes una.
key-revoke = Revocar
key-revoke-about = Los programas que tienen { $name } no podrán enviar nada desde este momento.
key-revoke-sure = Revocar esta clave
smtp-title = SMTP
smtp-host = Servidor
smtp-port = Puerto
smtp-starttls = STARTTLS
smtp-implicit = TLS desde el principio
smtp-user = Usuario
smtp-user-any = cualquiera, por ejemplo
smtp-password = Contraseña
smtp-password-key = una clave de API
http-title = HTTP
snippets-title = Código para copiar
snippets-about = Ponga su clave en lugar de YOUR_API_KEY.
keys-revoke = Revocar
keys-revoke-title = { $n ->
    [one] ¿Revocar { $n } clave?
   *[other] ¿Revocar { $n } claves?
}
keys-revoke-text = { $n ->
    [one] Los programas que tienen esta clave no podrán enviar nada desde este momento. No se puede deshacer.
    *[other] Los programas que tienen estas { $n } claves no podrán enviar nada desde este momento. No se puede deshacer.
}
