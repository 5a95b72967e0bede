# Domains: the list, one domain, its records.
domains = Domínios
domains-about = Você envia a partir destes nomes e dos que estão abaixo deles.
domains-empty-title = Ainda não há domínios
domains-empty-text = Adicione o domínio do seu endereço de remetente. Você recebe os registros DNS que provam que ele é seu.
domain-add-title = Adicionar um domínio
domain-add = Adicionar domínio
domain-name = Domínio
domain-name-hint = Por exemplo mail.example.com; os nomes abaixo dele também podem enviar.
domain-mistake-name = Isto não é um nome de domínio. Escreva como mail.example.com.
domain-mistake-taken = O espaço já tem este domínio.
domain-mistake-many = O espaço já tem todos os domínios que pode ter.
domain-status = Situação
domain-last-look = Registros
domain-links = Links por
domain-links-default = este servidor
domain-added = Adicionado
domain-status-pending = Aguardando o DNS
domain-status-verified = Verificado
domain-status-vouched = Avalizado
domain-checked = Consultado { $ago }
domain-unchecked = Ainda não consultado
domain-verdict-pending = O e-mail ainda não pode sair com este nome. Adicione os registros necessários onde seu DNS é mantido. Consultamos de novo por conta própria; com o botão, agora.
domain-verdict-verified = O e-mail pode sair com este nome e com os que estão abaixo dele.
domain-verdict-vouched = O operador responde por este nome, portanto o e-mail pode sair. Os destinatários ainda procuram os registros.
domain-check = Consultar agora
domain-records = Registros DNS
domain-records-about = Para copiar onde seu DNS é mantido
domain-record-needed = necessário
domain-record-optional = recomendado
domain-record-name = Nome
domain-record-value = Valor
domain-record-instead = Encontrado em seu lugar
domain-zone = Como linhas de um arquivo de zona
domain-why-dkim = Prova que o domínio é seu e assina seus e-mails.
domain-why-spf = Diz que este servidor pode enviar pelo domínio. Se já houver um, acrescente a ele a parte do meio.
domain-why-dmarc = Diz aos destinatários o que fazer com e-mails que só fingem ser seus.
domain-why-tracking = Leva a este servidor os links dos e-mails rastreados.
domain-state-found = Encontrado
domain-state-missing = Ainda não está lá
domain-state-different = Outro valor
domain-state-unknown = Sem resposta
domain-state-advice = Não consultado
domain-tracking-title = Host nos links
domain-tracking-label = Host para aberturas e cliques
domain-tracking-hint = Este domínio ou um nome abaixo dele que leve até aqui. Vazio: o do próprio servidor.
domain-mistake-host = Isto não é um nome de host.
domain-mistake-foreign = Tem de ser este domínio ou um nome abaixo dele.
domain-remove-title = Remover o domínio
domain-remove-about = Suas chaves são apagadas e nada mais pode ser enviado a partir dele. Para continuar, digite o nome.
domain-remove = Remover domínio
domain-mistake-typed = Este não é o nome do domínio.
domains-check = Verificar de novo
domains-check-title = { $n ->
    [one] Verificar { $n } domínio de novo?
   *[other] Verificar { $n } domínios de novo?
}
domains-check-text = { $n ->
    [one] Seus registros são consultados agora no DNS.
   *[other] Os registros destes { $n } são consultados agora no DNS. Onde ele não responde, isso demora um pouco.
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
