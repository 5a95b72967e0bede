# Diseños, fragmentos y temas.
parts = Diseños y partes
parts-about = Lo que comparten sus plantillas. Lo que cambie aquí estará en lo próximo que publique; lo que está activo no cambia.
parts-empty-title = Aún no hay diseños ni partes
parts-empty-text = Ponga el marco de su correo en un diseño, lo que se repite en un fragmento, y los colores y las fuentes en un tema.
part-kind = Tipo
part-layout = Diseño
part-layout-about = El marco de una plantilla. La plantilla empieza con { $how } y completa sus bloques.
part-partial = Fragmento
part-partial-about = Una pieza que las plantillas incluyen: { $how }
part-theme = Tema
part-theme-about = Colores, fuentes y logotipo. Una plantilla lo elige en su configuración: { $how }
part-name = Nombre
part-name-hint = Las plantillas lo piden por este nombre: letras, números, puntos, guiones y guiones bajos.
part-new = Nuevo diseño o parte
part-make = Crear
part-used = Se usa en
part-used-by = { $n ->
    [one] { $n } plantilla o parte
    *[other] { $n } plantillas y partes
}
part-used-nobody = Nada todavía
part-used-unknown = No se sabe: hay demasiadas plantillas para revisarlas
part-changed = Cambiado
part-body = Contenido
part-json = Tema (JSON)
part-sample = Se muestra con texto de ejemplo en el lugar de lo que diría una plantilla.
part-sample-text = Aquí va lo que dice una plantilla. Puede ser largo o corto; el marco no cambia.
part-starter-text = Escriba aquí lo que comparten sus plantillas.
part-seen = Se puede usar
part-seen-about = Las plantillas que lo usan se pueden publicar.
part-publish-next = Lo que está activo no cambia. Las plantillas que lo usan mostrarán esto cuando se publiquen de nuevo.
part-remove-about = Se elimina para siempre. Lo que se publicó con él queda como está.
part-remove-sure = Eliminarlo
part-remove-used = No se puede eliminar mientras algo lo use. Quítelo de ahí primero.
part-mistake-name = Un nombre tiene de 1 a 64 letras, números, puntos, guiones y guiones bajos.
part-mistake-taken = Ya hay uno de este tipo con el nombre { $name }.
part-mistake-full = Un espacio tiene como máximo { $n } diseños, fragmentos y temas.
part-mistake-long = Supera { $size }.
part-mistake-theme = Un tema es un objeto JSON.
part-mistake-used = Su nombre no se puede cambiar mientras algo lo use.
part-told-saved = Guardado.
part-told-made = Ya está creado, y las plantillas pueden usarlo.
part-told-removed = Se eliminó.
part-told-used = No se eliminó: algo lo usa.
