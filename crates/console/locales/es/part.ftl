# Diseños, fragmentos y temas.
parts = Diseños y partes
parts-about = Lo que comparten tus plantillas. Lo que cambies aquí estará en lo próximo que publiques; lo que está en uso no cambia.
parts-empty-title = Aún no hay diseños ni partes
parts-empty-text = Pon el marco de tu correo en un diseño, lo que se repite en un fragmento, y los colores y las fuentes en un tema.
part-kind = Tipo
part-layout = Diseño
part-layout-about = El marco de una plantilla. La plantilla empieza con { $how } y rellena sus bloques.
part-partial = Fragmento
part-partial-about = Un trozo que las plantillas incluyen: { $how }
part-theme = Tema
part-theme-about = Colores, fuentes y logotipo. Una plantilla lo elige en sus ajustes: { $how }
part-name = Nombre
part-name-hint = Las plantillas lo piden con él: letras, cifras, puntos, guiones y guiones bajos.
part-new = Diseño o parte nueva
part-make = Crear
part-used = Se usa en
part-used-by = { $n ->
    [one] { $n } plantilla o parte
    *[other] { $n } plantillas y partes
}
part-used-nobody = Nadie todavía
part-used-unknown = No se sabe: hay demasiadas plantillas para revisarlas
part-changed = Cambiado
part-body = Contenido
part-json = Tema (JSON)
part-sample = Se muestra con palabras propias: donde hablaría una plantilla hay un ejemplo.
part-sample-text = Aquí va lo que dice una plantilla. Puede ser largo o corto; el marco no cambia.
part-starter-text = Escribe aquí lo que comparten tus plantillas.
part-seen = Se puede usar
part-seen-about = Las plantillas que lo nombran se pueden publicar.
part-publish-next = Lo que está en uso no cambia. Las plantillas que lo nombran lo mostrarán cuando se publiquen de nuevo.
part-remove-about = Se elimina para siempre. Lo que se publicó con él queda como está.
part-remove-sure = Eliminarlo
part-remove-used = No se puede eliminar mientras algo lo nombre. Quítalo de ahí primero.
part-mistake-name = Un nombre tiene de 1 a 64 letras, cifras, puntos, guiones y guiones bajos.
part-mistake-taken = Ya hay uno de este tipo con el nombre { $name }.
part-mistake-full = Un espacio tiene como máximo { $n } diseños, fragmentos y temas.
part-mistake-long = Supera { $size }.
part-mistake-theme = Un tema es un objeto JSON.
part-mistake-used = Su nombre no cambia mientras algo lo nombre.
part-told-saved = Guardado.
part-told-made = Ya está, y las plantillas pueden nombrarlo.
part-told-removed = Está eliminado.
part-told-used = No se ha eliminado: algo lo nombra.
