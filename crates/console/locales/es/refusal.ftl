# Why there is no page.
refusal-onward = Continuar
refusal-ask = Pregunte a una de estas personas: { $people }.
refusal-request = Petición { $id }; el registro dice el resto.
refusal-not-found = Aquí no hay nada
refusal-not-found-text = La dirección es incorrecta, ya no existe o pertenece a un espacio que no es suyo.
refusal-forbidden = Su rol no incluye esto
refusal-forbidden-text = Como { $role } no puede abrir esta página ni hacer este cambio.
refusal-forged = No se pudo aceptar el formulario
refusal-forged-text = Era demasiado antiguo o venía de otro sitio. No se cambió nada. Vuelva, cargue la página de nuevo y envíelo otra vez.
refusal-setup = Este enlace no es el correcto
refusal-setup-text = El enlace de configuración se imprime donde se inició Postrider. Cambia con cada inicio.
refusal-fault = Esto no funcionó
refusal-fault-text = El fallo es nuestro. No se envió nada; el cambio está hecho o no ha empezado.
refusal-busy = En este momento no
refusal-busy-text = La base de datos no responde o se pide demasiado a la vez. Vuelva a intentarlo en unos segundos.
