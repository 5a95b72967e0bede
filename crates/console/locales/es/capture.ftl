# The capture mailbox.
capture = Buzón de captura
capture-about = Correo que se guardó aquí en lugar de salir: generado, firmado, completo.
capture-search = Destinatario o asunto
capture-find = Buscar
capture-all = Mostrar todo
capture-at = Hora
capture-to = Destinatario
capture-look = Ver
capture-source = Descargar tal como se habría transmitido
capture-nothing-title = Nada capturado
capture-nothing-text = El correo que una ruta captura aparece aquí en unos instantes.
capture-off-text = Ninguna ruta de esta instalación captura correo: lo que envía sale. Para conservarlo aquí, asigne capture a delivery.next_hop en postrider.toml, o inicie con postrider dev.
capture-none-title = No se encontró nada
capture-none-text = Ningún correo capturado tiene esto en su destinatario o asunto.
capture-empty = Vaciar el buzón
capture-empty-about = Se elimina todo el correo capturado de este espacio. Lo registrado en Actividad se conserva.
capture-empty-sure = Eliminar todo
capture-emptied = { $n ->
    [one] Se eliminó { $n } mensaje capturado.
    *[other] Se eliminaron { $n } mensajes capturados.
}
