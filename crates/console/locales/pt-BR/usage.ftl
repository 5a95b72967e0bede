# Uso: números de um período e consumo por mês.
usage = Uso
usage-counted = contado até { $when }
usage-transactional = Transacional
usage-marketing = Marketing
usage-month = Mês
usage-consumption = Consumo
usage-consumption-sub = 12 meses, UTC
usage-sentence = Enviados em doze meses: { $n }; neste: { $now }.
usage-so-far = Enviados neste mês: { $used }.
usage-forecast = Enviados neste mês: { $used }. Neste ritmo, cerca de { $about } até o fim.
usage-quota = Cota: { $n } por mês.
usage-by = Detalhar por
usage-by-none = Nada
usage-by-stream = Fluxo
usage-by-template = Modelo
usage-by-provider = Provedor
usage-by-tag = Etiqueta
usage-by-domain = Domínio
usage-by-key = Chave
usage-by-about = Escolha como os números são detalhados.
usage-none = Não houve e-mails assim neste período.
usage-no-key = sem chave
usage-all-again = Mostrar de novo todos os e-mails
usage-opened-all = Abertos, por todos
usage-left-us = Descadastros
usage-shortened = Só a partir de { $from }: um período maior não pode ser detalhado assim.
usage-cut = Entre os primeiros { $n } por nome; o arquivo não tem mais.
usage-left = { $n ->
    [one] Mais { $n }, com menos e-mails, está no arquivo.
    *[other] Mais { $n }, com menos e-mails, estão no arquivo.
}
usage-why-bounced = Por que e-mails foram devolvidos
usage-why-deferred = Por que tentativas foram adiadas
usage-why-failed = Por que e-mails falharam
usage-why-not-sent = Por que e-mails não foram enviados
usage-keys = Por chave e mês
usage-kept = { $n ->
    [one] Os números são guardados sempre. As mensagens e seus eventos são guardados por { $n } dia.
    *[other] Os números são guardados sempre. As mensagens e seus eventos são guardados por { $n } dias.
}
usage-hygiene = Higiene das listas
usage-hygiene-about = Suprima todos os endereços deste período cujos e-mails foram devolvidos porque eles não existem.
usage-hygiene-do = Suprimir
usage-hygiene-on = Continuar com o resto
usage-hygiene-sure = Nada será enviado a esses endereços, em nenhum fluxo, até que alguém remova a supressão.
usage-suppressed = { $n ->
    [one] { $n } endereço que não existe foi suprimido.
    *[other] { $n } endereços que não existem foram suprimidos.
}
usage-cause-recipient = A caixa não existe
usage-cause-domain = O domínio não recebe e-mails
usage-cause-inactive = Caixa encerrada
usage-cause-quota = Caixa cheia
usage-cause-greylist = Pediu para voltar depois
usage-cause-rate = Demais de uma vez
usage-cause-block-address = Não confia no nosso endereço
usage-cause-block-domain = Não confia no domínio remetente
usage-cause-content = Considerado spam
usage-cause-attachment = Anexo recusado
usage-cause-auth = Remetente não verificado
usage-cause-policy = Regras próprias do destino
usage-cause-relay = Configuração do destino
usage-cause-too-large = Grande demais
usage-cause-protocol = Diálogo não compreendido
usage-cause-dns = O DNS não respondeu
usage-cause-network = Servidor inacessível
usage-cause-remote = Problemas no destino
usage-cause-expired = O prazo acabou
usage-cause-unknown = Resposta de tipo desconhecido
usage-cause-previous-bounce = Devolvido antes
usage-cause-previous-complaint = Reclamou antes
usage-cause-unsubscribed = Descadastrado
usage-cause-manual = Suprimido manualmente
usage-cause-invalid = Endereço inválido
usage-cause-cancelled = Cancelado
usage-cause-content-gone = O conteúdo já não existia
usage-cause-not-verified = Domínio não verificado
usage-cause-signing = Não pôde ser assinado
usage-cause-poison = Não pôde ser processado
