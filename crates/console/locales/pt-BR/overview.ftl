# Overview.
overview = Visão geral
overview-range = Período
overview-range-day = 24 h
overview-range-week = 7 d
overview-range-month = 30 d
overview-range-quarter = 90 d
overview-range-year = 12 meses
overview-needs-you = Precisa de você
overview-needs-count = { $n ->
    [one] { $n } pendente
    *[other] { $n } pendentes
}
overview-nothing-needs-you = Nada precisa de você agora.
overview-need-measure = { $share } de { $of }
overview-sent = Enviados
overview-delivered = Entregues
overview-deferred = Adiados
overview-bounced = Devolvidos
overview-came-back = Devolvidos (escala própria)
overview-opened = Abertos por pessoas
overview-clicked = Cliques de pessoas
overview-not-sent = Não enviados
overview-machines = { $share } por máquinas
overview-put-off = { $n ->
    [one] { $n } adiamento
    *[other] { $n } adiamentos
}
overview-recipients = { $n ->
    [one] { $n } destinatário
    *[other] { $n } destinatários
}
overview-mail-per-day = E-mails por dia
overview-mail-per-hour = E-mails por hora
overview-mail-per-month = E-mails por mês
overview-chart-sentence = Enviados: { $sent }; devolvidos: { $back }.
overview-chart-step = { $when }. Enviados: { $sent }; adiados: { $off }; devolvidos: { $back }.
overview-when = Quando
overview-by-provider = Por provedor de e-mail
overview-provider = Provedor
overview-provider-others = Todos os outros
overview-recent = E-mails recentes
overview-and-more = { $n ->
    [one] { $first } e mais { $n }
    *[other] { $first } e mais { $n }
}
overview-empty-title = Ainda não há e-mails
overview-empty-text = O que você enviar aparece aqui em segundos: quanto foi, o que aconteceu e o que fazer.
overview-empty-curl = Envie a primeira mensagem de um terminal, com sua chave de API no lugar dos pontos:
overview-step-account = Conta criada
overview-step-domain = Domínio de envio adicionado
overview-step-key = Chave de API criada
overview-step-message = Primeira mensagem enviada
advice-invalid-addresses = Muitos endereços não existem
advice-invalid-addresses-text = Suprima os endereços devolvidos e tire-os das suas listas; confirme os novos antes de escrever outra vez.
advice-authentication-failing = Os servidores de destino não conseguem verificar o remetente
advice-authentication-failing-text = Veja os registros DNS dos seus domínios de envio: SPF, DKIM e DMARC precisam passar para o domínio de From.
advice-refused-as-spam = Os servidores de destino consideram o conteúdo spam
advice-refused-as-spam-text = Compare o que foi recusado com o que foi aceito; tire os links para domínios em listas de bloqueio e os encurtadores, e envie só a quem pediu.
advice-sender-blocked = O endereço ou o domínio está numa lista de bloqueio
advice-sender-blocked-text = As respostas dizem qual é a lista e onde pedir a remoção. Ache antes a causa: destinatários desconhecidos, reclamações ou uma chave em outras mãos.
advice-refused-by-policy = Os servidores de destino recusam por política
advice-refused-by-policy-text = Leia as respostas: muitas vezes é uma política DMARC, a falta do nome reverso do seu endereço ou um destino que exige cadastro.
advice-deferred-by-rate = Os servidores de destino querem menos de cada vez
advice-deferred-by-rate-text = Distribua os envios grandes por várias horas e comece por quem abre.
advice-opened-by-machines = Máquinas abrem; pessoas, quase não
advice-opened-by-machines-text = Oriente-se por cliques e respostas, não por aberturas; escreva com menos frequência a quem não abre há meses.
advice-many-unsubscribe = Muitos destinatários se descadastram
advice-many-unsubscribe-text = Escreva com menos frequência ou vá mais direto ao ponto; deixe os destinatários escolherem fluxos em vez de sair de todos.
advice-mailing-the-suppressed = Suas listas têm endereços que não podem receber e-mails
advice-mailing-the-suppressed-text = Leve às suas próprias listas as devoluções e os descadastros: por webhook ou a partir de Supressões.
overview-set-up = Configurar este espaço
overview-unproven = Nenhum domínio está verificado ainda
overview-unproven-text = E-mails com os seus nomes não podem sair antes de os registros DNS serem encontrados.
overview-unproven-act = Ver os registros
overview-webhook-off = Um endpoint de webhooks foi desligado
overview-webhook-act = Ver
overview-domain-lost = Os registros de um domínio não valem mais
overview-domain-act = Ver os registros
overview-disk-low = O disco está quase cheio
overview-disk-low-text = Há { $free } MB livres; abaixo de { $min } MB nenhum e-mail é aceito.
