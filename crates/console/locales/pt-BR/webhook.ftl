# Webhooks: endpoints that are told what happens.
webhooks = Webhooks
webhooks-about = Seus programas ficam sabendo do que acontece, por requisições assinadas.
webhooks-empty-title = Nenhum endpoint ainda
webhooks-empty-text = Informe uma URL e o que deve ser notificado a ela. Durante o desenvolvimento, um túnel torna sua própria máquina acessível.
webhook = Endpoint
webhook-add = Adicionar um endpoint
webhook-change = Alterar o endpoint
webhook-back = Voltar
webhook-url = URL
webhook-url-hint = https:// e um endereço público. Redirecionamentos não são seguidos.
webhook-state = Status
webhook-lately = Últimas 24 horas
webhook-slow = 5% mais lentas
webhook-waiting = Em espera
webhook-quiet = Nada em 24 horas
webhook-day = { $n } de { $all } aceitas em 24 horas
webhook-newest = { $n } das { $all } mais recentes aceitas
webhook-enabled = Ativo
webhook-enabled-why = Fica sabendo do que acontece, assim que acontece.
webhook-failing = Com falhas
webhook-failing-why = Todas as tentativas falham desde { $at }. Continuamos tentando, em intervalos cada vez maiores.
webhook-paused = Em pausa
webhook-paused-why = Alguém o pausou. O que acontecer enquanto isso fica guardado e é notificado quando ele continuar.
webhook-gone = Não existe mais
webhook-gone-why = Respondeu 410 Gone, então não é mais notificado de nada. Retome-o quando ele voltar.
webhook-dead = Desligado
webhook-dead-why = Todas as tentativas falharam por dias, então ele não é mais notificado de nada. Conserte-o, envie um evento de teste e retome-o: ele continua de onde parou.
webhook-pause = Pausar
webhook-resume = Retomar
webhook-edit = Alterar
webhook-more-acts = Mais
webhook-rotate = Criar outro segredo
webhook-rotate-about = O segredo anterior assina junto com o novo por 24 horas, para que você o troque sem interrupção.
webhook-remove = Remover o endpoint
webhook-remove-about = Ele não é mais notificado de nada, e o que espera por ele é descartado.
webhook-secret = Segredo de assinatura
webhook-secret-about = Copie agora: com ele seu programa verifica que uma requisição é nossa. Nestas páginas, ele aparece só desta vez.
webhook-facts = Configurações
webhook-made = Adicionado
webhook-public-key = Chave pública
webhook-events = Eventos
webhook-events-about = Do que ele é notificado
webhook-events-all = Tudo, inclusive o que for adicionado depois
webhook-group-mail = E-mails
webhook-group-people = O que os destinatários fazem
webhook-group-other = O espaço de trabalho
webhook-streams = Fluxos
webhook-streams-about = De quais e-mails ele é notificado; nenhum marcado significa todos
webhook-streams-all = todos
webhook-more = Campos de cabeçalho, lotes e assinaturas
webhook-headers = Campos de cabeçalho a enviar
webhook-headers-hint = Um por linha, por exemplo: Authorization: Bearer …
webhook-message-headers = Campos de cabeçalho do e-mail a incluir
webhook-message-headers-hint = Nomes separados por vírgulas, por exemplo X-Order.
webhook-batch = Eventos por requisição
webhook-batch-hint = 1 envia um objeto; mais, até 500, enviam um array.
webhook-ed25519 = Assinar também com Ed25519
webhook-mistake-url = Esta URL não pode ser chamada. Escreva https:// e um nome público, sem usuário e senha.
webhook-mistake-events = Marque ao menos um evento.
webhook-mistake-streams = O espaço já não tem esse fluxo.
webhook-mistake-headers = Escreva um campo por linha, como Nome: valor. Os nomes da conexão e da nossa assinatura não podem ser alterados.
webhook-mistake-names = No máximo 20 nomes de campos de cabeçalho.
webhook-mistake-batch = Um número de 1 a 500.
webhook-mistake-many = O espaço já tem o máximo de endpoints. Remova um antes.
webhook-mistake-since = Informe desde quando; o fim não pode ser anterior.
webhook-attempts = Tentativas
webhook-event = Evento
webhook-any-event = todos os eventos
webhook-verdict = Resultado
webhook-any-verdict = todos os resultados
webhook-taken = Aceita
webhook-failed = Nova tentativa
webhook-given-up = Abandonada
webhook-filter = Mostrar
webhook-all = Mostrar todas
webhook-at = Hora
webhook-http = HTTP
webhook-took = Duração
webhook-number = Tentativa { $n }
webhook-sample = Teste
webhook-next = A próxima tentativa é em { $at }.
webhook-none-yet = Ele ainda não foi notificado de nada
webhook-none-yet-text = Envie um evento de teste para ver se ele responde.
webhook-none-left = Nada corresponde
webhook-none-left-text = Nenhuma tentativa guardada teve este evento e resultado.
webhook-none-so-far = Nada entre as mais recentes
webhook-none-so-far-text = Há tentativas mais antigas: continue com o botão abaixo.
webhook-test = Enviar um evento de teste
webhook-test-about = Um evento que nunca aconteceu, enviado agora. Ele diz isso, e não conta para a saúde do endpoint.
webhook-test-send = Enviar
webhook-replay = Notificar de novo
webhook-replay-about = Tudo o que aconteceu em um período, com os mesmos ids, assinado com o segredo atual.
webhook-since = De
webhook-until = Até
webhook-replay-begin = Começar
webhook-replay-one = Notificar de novo
webhook-replay-same = Notificado de novo com o mesmo id
webhook-answer = O que ele respondeu
webhook-answer-about = O começo, como chegou
webhook-answer-empty = Nada.
webhook-request = O que lhe foi notificado
webhook-request-about = Refeito a partir do log, como é notificado hoje
webhook-request-gone = O log já não tem estes eventos.
webhook-told-changed = O endpoint foi alterado.
webhook-told-paused = O endpoint está em pausa.
webhook-told-resumed = O endpoint continua de onde parou.
webhook-told-replayed = Está sendo notificado de novo. As tentativas aparecem abaixo.
webhook-told-too-many = Há repetições demais em espera para este endpoint. Tente de novo quando terminarem.
webhooks-resume = Retomar
webhooks-resume-title = { $n ->
    [one] Retomar { $n } webhook?
   *[other] Retomar { $n } webhooks?
}
webhooks-resume-text = { $n ->
    [one] { $n } endpoint recebe o que acontecer a partir daí, e o que aconteceu nesse meio-tempo, se ainda guardado.
    *[other] { $n } endpoints recebem o que acontecer a partir daí, e o que aconteceu nesse meio-tempo, se ainda guardado.
}
webhooks-pause = Pausar
webhooks-pause-title = { $n ->
    [one] Pausar { $n } webhook?
   *[other] Pausar { $n } webhooks?
}
webhooks-pause-text = { $n ->
    [one] { $n } endpoint não recebe nada até que alguém o retome.
    *[other] { $n } endpoints não recebem nada até que alguém os retome.
}
webhooks-remove = Remover
webhooks-remove-title = { $n ->
    [one] Remover { $n } webhook?
   *[other] Remover { $n } webhooks?
}
webhooks-remove-text = { $n ->
    [one] { $n } endpoint nunca mais recebe nada, e suas tentativas são removidas. Isso não pode ser desfeito.
    *[other] { $n } endpoints nunca mais recebem nada, e suas tentativas são removidas. Isso não pode ser desfeito.
}
