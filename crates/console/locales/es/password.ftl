# Contraseña perdida: pedir un enlace, la carta, la contraseña nueva.
password-lost-link = ¿Olvidó su contraseña?
password-lost = Contraseña perdida
password-lost-about = Escriba la dirección con la que inicia sesión. Recibirá un correo con un enlace para elegir una contraseña nueva.
password-lost-send = Enviarme un enlace
password-lost-sent = Mire su correo
password-lost-sent-about = Si { $email } es la dirección de una cuenta de aquí, va en camino un correo con un enlace. El enlace se abre una sola vez, durante una hora.
password-lost-sent-else = ¿No llegó nada? Mire en el correo no deseado o escriba otra vez la dirección. Si no, quien administra este Postrider puede crearle un enlace.
password-lost-asked = Este Postrider no conoce su propia dirección, por eso no envía enlaces. Quien lo administra puede crearle uno con esta orden:
password-new = Contraseña nueva
password-new-about = Para la cuenta { $email }. Se cerrarán todas sus sesiones.
password-new-field = Contraseña nueva
password-new-set = Guardar la contraseña
password-new-over = Este enlace ya no sirve
password-new-over-text = Ya se usó o tiene más de una hora. Pida otro.
password-new-again = Pedir otro enlace
password-new-done = Su contraseña ha cambiado. Inicie sesión con ella.
password-mail-subject = Contraseña nueva para su cuenta de Postrider
password-mail-intro = Hola, { $name }. Alguien pidió una contraseña nueva para la cuenta { $email }.
password-mail-set = Elegir una contraseña nueva
password-mail-link = O abra esta dirección en su navegador:
password-mail-expires = { $n ->
    [one] El enlace se abre una sola vez, durante { $n } minuto.
    *[other] El enlace se abre una sola vez, durante { $n } minutos.
}
password-mail-ignore = Si no fue usted, no haga caso de este correo: su contraseña sigue igual.
