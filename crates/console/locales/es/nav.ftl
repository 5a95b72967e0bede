# The frame round every screen.
nav-main = Principal
nav-sections = Secciones
nav-switch-workspace = Espacio { $name }: cambiar
nav-account-of = Cuenta de { $name }
nav-people = Personas
nav-writing = Redacción y envío
nav-delivery = Entrega
nav-workspace = Espacio de trabajo
nav-instance = Instalación
