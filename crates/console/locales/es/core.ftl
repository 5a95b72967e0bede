# Words that every page may need.
skip-to-content = Ir al contenido
language = Idioma
theme = Colores
theme-system = Igual que el sistema
theme-light = Claro
theme-dark = Oscuro
copy = Copiar
save = Guardar
pages = Páginas
page-before = Más recientes
page-after = Más antiguos
view-as-table = Ver como tabla
form-mistakes = Falta algo o no es correcto. Revise los campos marcados.
messages = { $n ->
    [one] { $n } mensaje
    *[other] { $n } mensajes
}
time-just-now = ahora mismo
time-minutes-ago = { $n ->
    [one] hace { $n } minuto
    *[other] hace { $n } minutos
}
time-hours-ago = { $n ->
    [one] hace { $n } hora
    *[other] hace { $n } horas
}
time-days-ago = { $n ->
    [one] hace { $n } día
    *[other] hace { $n } días
}
go-back = Volver
chosen-row = Elegir { $name }
chosen-page = Todo lo de esta página
chosen-all = Todo lo que coincide, en todas las páginas
chosen-count = Elegidos: { $n }
chosen-none-title = No se eligió nada
chosen-none-text = Nada de lo elegido puede cambiarse así. Vuelva y elija filas, o todo lo que coincide.
chosen-more = Puede haber más de { $n }: cada acción abarca esa cantidad como máximo, y el resto queda como está.
chosen-others = { $n ->
    [one] y uno más
   *[other] y { $n } más
}
chosen-typed = Escriba { $n } para eliminar lo que se muestra aquí
chosen-mistake-typed = No coincide con la cantidad de elementos.
chosen-done = Hecho: { $n }.
chosen-done-of = Hecho: { $n } de { $of }. Los demás cambiaron después de mostrarse aquí, o no se pueden cambiar así.
chosen-done-grew = Hecho: { $n }, y no { $of }: llegaron más desde que se contaron.
chosen-done-more = Puede haber más elementos que coincidan.
chosen-done-part = Hecho: { $n } de { $of }.
