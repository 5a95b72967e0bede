# The capture mailbox.
capture = Buzón de captura
capture-about = Correo que se guardó aquí en lugar de salir: compuesto, firmado, completo.
capture-search = Destinatario o asunto
capture-find = Buscar
capture-all = Mostrar todo
capture-at = Hora
capture-to = Destinatario
capture-look = Ver
capture-source = Descargar tal como habría viajado
capture-nothing-title = Nada capturado
capture-nothing-text = El correo que una ruta captura aparece aquí en unos instantes.
capture-off-text = Ninguna ruta de esta instalación captura correo: lo que envía sale. Ponga delivery.next_hop en capture en postrider.toml, o arranque con postrider dev, para guardarlo aquí.
capture-none-title = No se encontró nada
capture-none-text = Ningún correo capturado tiene esto en su destinatario o asunto.
capture-empty = Vaciar el buzón
capture-empty-about = Se borra todo el correo capturado de este espacio. Lo que sabe Actividad se conserva.
capture-empty-sure = Borrarlo todo
capture-emptied = { $n ->
    [one] Se borró { $n } mensaje capturado.
    *[other] Se borraron { $n } mensajes capturados.
}
