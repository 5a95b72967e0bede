# Contraseña perdida: pedir un enlace, la carta, la contraseña nueva.
password-lost-link = ¿Olvidó su contraseña?
password-lost = Recuperar la contraseña
password-lost-about = Escriba la dirección con la que inicia sesión. Recibirá un correo con un enlace para elegir una contraseña nueva.
password-lost-send = Enviarme un enlace
password-lost-sent = Revise su correo
password-lost-sent-about = Si { $email } es la dirección de una cuenta de aquí, recibirá un correo con un enlace. El enlace funciona una sola vez, durante una hora.
password-lost-sent-else = ¿No llegó nada? Revise la carpeta de spam o escriba otra vez la dirección. Si no, quien administra este Postrider puede crearle un enlace.
password-lost-asked = Este Postrider no conoce su propia dirección, por eso no envía enlaces. Quien lo administra puede crearle uno con este comando:
password-new = Contraseña nueva
password-new-about = Para la cuenta { $email }. Se cerrarán todas sus sesiones.
password-new-field = Contraseña nueva
password-new-set = Guardar la contraseña
password-new-over = Este enlace ya no es válido
password-new-over-text = Ya se usó o tiene más de una hora. Pida otro.
password-new-again = Pedir otro enlace
password-new-done = Se cambió su contraseña. Inicie sesión con ella.
password-mail-subject = Contraseña nueva para su cuenta de Postrider
password-mail-intro = Hola, { $name }. Alguien pidió una contraseña nueva para la cuenta { $email }.
password-mail-set = Elegir una contraseña nueva
password-mail-link = O abra esta dirección en su navegador:
password-mail-expires = { $n ->
    [one] El enlace funciona una sola vez, durante { $n } minuto.
    *[other] El enlace funciona una sola vez, durante { $n } minutos.
}
password-mail-ignore = Si no fue usted, ignore este correo: su contraseña sigue igual.
