# The frame round every screen.
nav-main = Principal
nav-sections = Seções
nav-switch-workspace = Espaço { $name }: trocar
nav-account-of = Conta de { $name }
nav-people = Pessoas
nav-writing = Escrita e envio
nav-delivery = Entrega
nav-workspace = Espaço de trabalho
nav-instance = Instalação
