# Settings of a workspace.
settings = Ajustes
settings-saved = Guardado.
settings-general = General
settings-name = En direcciones y ajustes siempre es
settings-elsewhere = Se ajusta en otro lugar
settings-streams = Lo que se mide, por tipo de correo.
settings-domains = Los nombres desde los que envía y el servidor de los enlaces.
settings-keys = Quién puede entregar correo.
settings-fixed = Igual para todos los espacios
settings-fixed-about = Lo fija el operador en postrider.toml
settings-what = Qué
settings-value = Valor
settings-file = Nombre del ajuste
settings-next-hop = Adónde va el correo
settings-transactional = El correo transaccional se intenta durante
settings-marketing = El correo de marketing se intenta durante
settings-message-max = Un mensaje ocupa como máximo
settings-recipients = Destinatarios de un mensaje como máximo
settings-content = Lo que dice el correo se conserva
settings-events = Lo que le ocurrió se conserva
settings-addresses = Las direcciones de red de los lectores se conservan
settings-tracking = Los enlaces pasan por
settings-files = Los archivos de un espacio ocupan como máximo
settings-files-kept = Los archivos subidos se conservan
settings-days = { $n ->
    [one] { $n } día
    *[other] { $n } días
}
