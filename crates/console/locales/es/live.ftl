# Lo que dice una página en vivo.
live = En vivo
live-new = { $n } nuevo
live-new-many = { $n } nuevos
live-pause = Pausar
live-more = { $n ->
    [one] y { $n } mensaje más
    *[other] y { $n } mensajes más
}
live-many-more = y muchos más
live-full = La vista en vivo está abierta en tantas pestañas como puede. Cierra una y vuelve a cargar esta página.
live-over = La sesión se ha cerrado. Vuelve a cargar la página para entrar.
