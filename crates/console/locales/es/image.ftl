# Imágenes que muestra el correo.
image = Imagen
images = Imágenes
images-about = Imágenes para tus plantillas, cada una en una dirección que no cambia nunca.
images-empty-title = Aún no hay imágenes
images-empty-text = Sube un logotipo, un banner o una foto y pon su dirección en tus plantillas.
images-all = Todas las imágenes
image-add = Subir una imagen
image-file = Archivo de imagen
image-upload = Subir
image-limits = PNG, JPEG, GIF o WebP; como máximo { $size } y { $pixels } píxeles
image-url = Dirección
image-used = La usan
image-used-by = { $n ->
    [one] { $n } plantilla o parte
    *[other] { $n } plantillas y partes
}
image-used-nobody = Ninguna plantilla
image-used-unknown = No se sabe: hay demasiadas plantillas para revisarlas
image-used-logo = El logotipo del espacio
image-added = Añadida
image-remove = Eliminar
image-remove-about = Ninguna plantilla la muestra. El correo ya enviado con ella mostrará un hueco en su lugar. Esto no se puede deshacer.
image-remove-used = { $n ->
    [one] La muestra { $n } plantilla o parte, que mostrará un hueco en su lugar, igual que el correo ya enviado. Esto no se puede deshacer.
    *[other] La muestran { $n } plantillas y partes, que mostrarán un hueco en su lugar, igual que el correo ya enviado. Esto no se puede deshacer.
}
image-remove-sure = Eliminar esta imagen
image-inserted = { $name } está en la plantilla.
image-insert = Insertar una imagen
image-insert-about = Elige una, o suelta un archivo aquí o sobre el texto.
image-mistake-none = Elige primero un archivo.
image-mistake-kind = No es una imagen PNG, JPEG, GIF ni WebP. No se aceptan SVG: los buzones no los muestran.
image-mistake-large = La imagen supera { $size }: quien la lea tendría que esperar. Redúcela e inténtalo de nuevo.
image-mistake-pixels = La imagen tiene más de { $n } píxeles: a los teléfonos les falta memoria para ella. Redúcela e inténtalo de nuevo.
image-mistake-full = No queda sitio: un espacio tiene como máximo { $n } imágenes y 256 MB. Elimina las que no muestre ninguna plantilla.
image-told-added = La imagen está subida. Aquí puedes copiar su dirección.
image-told-same = Esta imagen ya estaba: conserva su dirección.
image-told-removed = La imagen está eliminada.
image-close = Cerrar
