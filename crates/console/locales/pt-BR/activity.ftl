# Activity.
activity = Atividade
activity-about = Cada mensagem e o que houve com ela
activity-messages = Mensagens
activity-search = Buscar mensagens
activity-search-hint = Endereço, palavras, <message-id>, to: from: subject: reply: tag:nome:valor
activity-find = Buscar
activity-clear = Limpar o filtro
activity-without-tag = Sem a etiqueta { $tag }
activity-without-time = Sem este período
activity-status = Status
activity-stream = Fluxo
activity-range = Período
activity-any-status = Qualquer status
activity-any-stream = Qualquer fluxo
activity-any-time = Qualquer data
activity-suppressed = Não enviada: suprimida
activity-rejected = Não enviada: endereço inválido
activity-time = Hora
activity-recipient = Destinatário
activity-subject = Assunto
activity-no-subject = (sem assunto)
activity-none-yet = Ainda não há e-mails
activity-none-yet-text = Cada mensagem que um aplicativo ou uma pessoa envia aparece aqui em menos de um segundo.
activity-none-left = Nada corresponde
activity-none-left-text = Nenhuma mensagem atende à busca e aos filtros ao mesmo tempo.
activity-none-so-far = Nada até aqui
activity-none-so-far-text = Nenhuma das mensagens mais recentes corresponde. As mais antigas ainda não foram vistas: continue.
activity-wrong = Esta busca não pode ser feita
activity-wrong-text = Escreva palavras de duas letras ou mais, um endereço, @domínio, um Message-ID ou tag:nome:valor; no máximo doze condições.
activity-cancel = Cancelar
activity-cancel-title = { $n ->
    [one] Cancelar { $n } mensagem?
   *[other] Cancelar { $n } mensagens?
}
activity-cancel-text = { $n ->
    [one] As entregas desta mensagem que ainda esperam não são enviadas. O que já foi entregue continua entregue.
   *[other] As entregas destas { $n } mensagens que ainda esperam não são enviadas. O que já foi entregue continua entregue.
}
activity-again = Enviar de novo
activity-again-title = { $n ->
    [one] Enviar { $n } mensagem de novo?
   *[other] Enviar { $n } mensagens de novo?
}
activity-again-text = { $n ->
    [one] Ela vai mais uma vez ao destinatário, como mensagem nova. Uma mensagem com vários destinatários é enviada de novo pela própria página.
   *[other] Cada uma destas { $n } vai mais uma vez ao seu destinatário, como mensagem nova. Uma mensagem com vários destinatários é enviada de novo pela própria página. Para chegar a outras, restrinja o filtro.
}
activity-again-left = { $n ->
    [one] Uma fica de fora: ainda espera, foi a vários destinatários, vai a alguém que agora está em Supressões ou não tem conteúdo que possa ser enviado de novo, como códigos e notificações.
   *[other] { $n } ficam de fora: ainda esperam, foram a vários destinatários, vão a alguém que agora está em Supressões ou não têm conteúdo que possa ser enviado de novo, como códigos e notificações.
}
