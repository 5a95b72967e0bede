# Domains: the list, one domain, its records.
domains = Domínios
domains-about = Você envia a partir destes domínios e dos subdomínios deles.
domains-empty-title = Ainda não há domínios
domains-empty-text = Adicione o domínio do seu endereço de remetente. Você recebe os registros DNS que provam que ele é seu.
domain-add-title = Adicionar um domínio
domain-add = Adicionar domínio
domain-name = Domínio
domain-name-hint = Por exemplo, mail.example.com; os subdomínios dele também podem enviar.
domain-mistake-name = Isto não é um nome de domínio. Escreva como mail.example.com.
domain-mistake-taken = O espaço já tem este domínio.
domain-mistake-many = O espaço já tem o máximo de domínios.
domain-status = Status
domain-last-look = Registros
domain-links = Links por
domain-links-default = este servidor
domain-added = Adicionado
domain-status-pending = Aguardando o DNS
domain-status-verified = Verificado
domain-status-vouched = Avalizado
domain-checked = Consultado { $ago }
domain-unchecked = Ainda não consultado
domain-verdict-pending = Os e-mails ainda não podem sair com este nome. Adicione os registros necessários onde seu DNS é mantido. Consultamos de novo automaticamente; com o botão, na hora.
domain-verdict-verified = Os e-mails podem sair com este nome e com os subdomínios dele.
domain-verdict-vouched = O operador responde por este nome, portanto os e-mails podem sair. Os servidores de destino ainda procuram os registros.
domain-check = Consultar agora
domain-records = Registros DNS
domain-records-about = Copie-os para onde seu DNS é mantido
domain-record-needed = necessário
domain-record-optional = recomendado
domain-record-name = Nome
domain-record-value = Valor
domain-record-instead = Encontrado em seu lugar
domain-zone = Como linhas de um arquivo de zona
domain-why-dkim = Prova que o domínio é seu e assina seus e-mails.
domain-why-spf = Diz que este servidor pode enviar pelo domínio. Se já houver um, acrescente a ele a parte do meio.
domain-why-dmarc = Diz aos servidores de destino o que fazer com e-mails que só fingem ser seus.
domain-why-tracking = Leva a este servidor os links dos e-mails rastreados.
domain-state-found = Encontrado
domain-state-missing = Ainda não está lá
domain-state-different = Outro valor
domain-state-unknown = Sem resposta
domain-state-advice = Não consultado
domain-tracking-title = Host nos links
domain-tracking-label = Host para aberturas e cliques
domain-tracking-hint = Este domínio ou um subdomínio dele que leve a este servidor. Vazio: o do próprio servidor.
domain-mistake-host = Isto não é um nome de host.
domain-mistake-foreign = Tem de ser este domínio ou um subdomínio dele.
domain-remove-title = Remover o domínio
domain-remove-about = Suas chaves são apagadas e nada mais pode ser enviado a partir dele. Para continuar, digite o nome.
domain-remove = Remover domínio
domain-mistake-typed = Este não é o nome do domínio.
domains-check = Consultar de novo
domains-check-title = { $n ->
    [one] Consultar { $n } domínio de novo?
   *[other] Consultar { $n } domínios de novo?
}
domains-check-text = { $n ->
    [one] Os registros dele são consultados agora no DNS.
   *[other] Os registros destes { $n } são consultados agora no DNS. Se ele não responder, isso pode demorar um pouco.
}
domains-remove = Remover
domains-remove-title = { $n ->
    [one] Remover { $n } domínio?
   *[other] Remover { $n } domínios?
}
domains-remove-text = { $n ->
    [one] Nenhum e-mail sai mais com o nome dele, e suas chaves DKIM são apagadas. Para enviar por ele outra vez, é preciso publicar registros novos.
   *[other] Nenhum e-mail sai mais com estes { $n } nomes, e suas chaves DKIM são apagadas. Para enviar por eles outra vez, é preciso publicar registros novos.
}
