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
live-full = La vista en vivo ya está abierta en el máximo de pestañas. Cierre una y vuelva a cargar esta página.
live-over = Se cerró la sesión. Vuelva a cargar la página para iniciarla de nuevo.
