# Settings of a workspace.
settings = Configuración
settings-saved = Guardado.
settings-general = General
settings-name = En direcciones y en la configuración siempre es
settings-elsewhere = Se configura en otro lugar
settings-streams = Lo que se mide, por tipo de correo.
settings-domains = Los dominios desde los que envía y el host de los enlaces.
settings-keys = Qué programas pueden enviar correo.
settings-fixed = Igual para todos los espacios
settings-fixed-about = Lo fija el operador en postrider.toml
settings-what = Qué
settings-value = Valor
settings-file = Nombre de la opción
settings-next-hop = Adónde va el correo
settings-transactional = El correo transaccional se intenta durante
settings-marketing = El correo de marketing se intenta durante
settings-message-max = Un mensaje ocupa como máximo
settings-recipients = Destinatarios de un mensaje como máximo
settings-content = El contenido del correo se conserva durante
settings-events = Lo que le ocurrió se conserva durante
settings-addresses = Las direcciones de red de los lectores se conservan durante
settings-tracking = Los enlaces pasan por
settings-files = Los archivos de un espacio ocupan como máximo
settings-files-kept = Los archivos subidos se conservan durante
settings-days = { $n ->
    [one] { $n } día
    *[other] { $n } días
}
settings-sender = Nombre del remitente
settings-sender-hint = Las invitaciones y otros correos que se escriben en nombre de este espacio se envían con este nombre, y las pruebas lo sugieren. Si queda vacío, es { $name }.
settings-sender-mistake = Un nombre de remitente es una línea de 60 caracteres como máximo, sin < > @ " \ ni caracteres invisibles.
settings-logo = Logotipo
settings-logo-about = Se ve junto al nombre: en el selector, en los enlaces de soporte, en la página para darse de baja, en las invitaciones
settings-logo-file = Archivo de imagen
settings-logo-hint = PNG, JPEG, GIF o WebP; casi cuadrado, de 32 a 1024 píxeles por lado, 256 kB como máximo.
settings-logo-set = Usar como logotipo
settings-logo-remove = Quitar el logotipo
settings-logo-large = Un logotipo tiene como máximo 256 kB. Redúzcalo e inténtelo de nuevo.
settings-logo-shape = Un logotipo mide de 32 a 1024 píxeles por lado, y ningún lado es más del doble que el otro.
