# Queue: what waits, and why.
queue = Fila
queue-about = O que ainda não saiu: para onde, por quê e até quando.
queue-look-again = Atualizar
queue-incomplete = O Postrider acabou de iniciar e ainda está lendo o que espera. Pode haver mais.
queue-waiting = Em espera
queue-under-way = Saindo agora
queue-destinations = Destinos
queue-held = Retidos
queue-empty-title = Nada espera
queue-empty-text = Tudo o que devia sair já saiu.
queue-more = { $n ->
    [one] mais { $n } destino, com menos em espera
    *[other] mais { $n } destinos, com menos em espera
}
queue-row-leaving = { $n ->
    [one] { $n } saindo
    *[other] { $n } saindo
}
queue-lane-code = códigos
queue-lane-transactional = transacional
queue-lane-automation = automações
queue-lane-campaign = marketing
queue-flowing = Saindo
queue-due = Espera a hora
queue-row-held = Retido
queue-unresolved = O DNS não responde
queue-undeliverable = Não recebe e-mails
queue-unreachable = Inacessível
queue-slowed = Ritmo reduzido
queue-blocked = Nos recusa
queue-suspended = Suspenso
queue-until = até { $when }
queue-no-reply = Nenhuma recusa foi recebida.
queue-retry = Tentar agora
queue-retried = { $n ->
    [one] { $n } entrega é tentada agora.
    *[other] { $n } entregas são tentadas agora.
}
queue-hold = Reter
queue-hold-about = Os e-mails para { $domain } esperarão, sem expirar, até serem liberados.
queue-hold-title = Reter e-mails
queue-hold-what = Espera, sem expirar, até ser liberado
queue-domain = Para o domínio
queue-domain-hint = Vazio: todos os e-mails deste espaço.
queue-reason = Motivo
queue-reason-hint = Para quem o encontrar depois.
queue-mistake-domain = Isto não é um nome de domínio.
queue-mistake-reason = Informe o motivo, em até 200 caracteres.
queue-mistake-many = Já existe o máximo de retenções. Libere uma antes.
queue-holds = Retido
queue-holds-about = O que corresponde espera até ser liberado
queue-hold-all = Todos os e-mails
queue-hold-domain = E-mails para { $domain }
queue-hold-lane = { $what }, { $lane }
queue-hold-operator = Retido pelo operador desta instalação.
queue-release = Liberar
queue-cancel = Cancelar
queue-cancel-all = Cancelar tudo
queue-cancel-sure = Cancelar o envio
queue-cancel-title = { $n ->
    [one] Cancelar { $n } entrega?
   *[other] Cancelar { $n } entregas?
}
queue-cancel-about = { $n ->
    [one] Há { $n } entrega para { $domain } em espera. Se cancelada, ela nunca será enviada.
    *[other] Há { $n } entregas para { $domain } em espera. Se canceladas, elas nunca serão enviadas.
}
queue-cancel-about-all = { $n ->
    [one] Há { $n } entrega em espera. Se cancelada, ela nunca será enviada.
    *[other] Há { $n } entregas em espera. Se canceladas, elas nunca serão enviadas.
}
queue-cancelled = { $n ->
    [one] { $n } entrega foi cancelada.
    *[other] { $n } entregas foram canceladas.
}
queue-retry-title = { $n ->
    [one] Tentar { $n } entrega agora?
   *[other] Tentar { $n } entregas agora?
}
queue-retry-about = { $n ->
    [one] { $what }: { $n } entrega adiada é tentada já. O que nunca foi tentado mantém seu horário.
    *[other] { $what }: { $n } entregas adiadas são tentadas já. O que nunca foi tentado mantém seu horário.
}
queue-retry-chosen = { $n ->
    [one] { $n } entrega adiada é tentada já. O que nunca foi tentado mantém seu horário.
    *[other] { $n } entregas adiadas são tentadas já. O que nunca foi tentado mantém seu horário.
}
queue-release-title = { $n ->
    [one] Liberar { $n } entrega?
   *[other] Liberar { $n } entregas?
}
queue-release-about = { $n ->
    [one] { $what }: há { $n } entrega em espera. Ela sai assim que nada mais a retiver.
    *[other] { $what }: há { $n } entregas em espera. Elas saem assim que nada mais as retiver.
}
