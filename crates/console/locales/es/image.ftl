# Imágenes que muestra el correo.
image = Imagen
images = Imágenes
images-about = Imágenes para sus plantillas, cada una en una dirección que nunca cambia.
images-empty-title = Aún no hay imágenes
images-empty-text = Suba un logotipo, un banner o una foto y ponga su dirección en sus plantillas.
images-all = Todas las imágenes
image-add = Subir una imagen
image-file = Archivo de imagen
image-upload = Subir
image-limits = PNG, JPEG, GIF o WebP; como máximo { $size } y { $pixels } píxeles
image-url = Dirección
image-used = Se usa en
image-used-by = { $n ->
    [one] { $n } plantilla o parte
    *[other] { $n } plantillas y partes
}
image-used-nobody = Ninguna plantilla
image-used-unknown = No se sabe: hay demasiadas plantillas para revisarlas
image-used-logo = El logotipo del espacio
image-added = Agregada
image-remove = Eliminar
image-remove-about = Ninguna plantilla la muestra. El correo ya enviado con ella mostrará un hueco en su lugar. Esto no se puede deshacer.
image-remove-used = { $n ->
    [one] La muestra { $n } plantilla o parte, que mostrará un hueco en su lugar, igual que el correo ya enviado. Esto no se puede deshacer.
    *[other] La muestran { $n } plantillas y partes, que mostrarán un hueco en su lugar, igual que el correo ya enviado. Esto no se puede deshacer.
}
image-remove-sure = Eliminar esta imagen
image-inserted = { $name } está en la plantilla.
image-insert = Insertar una imagen
image-insert-about = Elija una, o suelte un archivo aquí o sobre el texto.
image-mistake-none = Elija primero un archivo.
image-mistake-kind = Esto no es una imagen PNG, JPEG, GIF ni WebP. No se acepta SVG: los clientes de correo no lo muestran.
image-mistake-large = La imagen supera { $size }: los lectores tendrían que esperarla. Redúzcala e inténtelo de nuevo.
image-mistake-pixels = La imagen tiene más de { $n } píxeles: los teléfonos se quedan sin memoria con ella. Redúzcala e inténtelo de nuevo.
image-mistake-full = No hay más lugar: cada espacio tiene como máximo { $n } imágenes y 256 MB en total. Elimine las que ninguna plantilla muestre.
image-told-added = Se subió la imagen. Aquí puede copiar su dirección.
image-told-same = Esta imagen ya estaba aquí: conserva su dirección.
image-told-removed = Se eliminó la imagen.
image-close = Cerrar
