# Uso: números de um período e consumo por mês.
usage = Uso
usage-counted = contado até { $when }
usage-transactional = Transacional
usage-marketing = Marketing
usage-month = Mês
usage-consumption = Consumo
usage-consumption-sub = 12 meses, UTC
usage-sentence = { $n } enviadas em doze meses, { $now } delas neste.
usage-so-far = { $used } enviadas neste mês.
usage-forecast = { $used } enviadas neste mês. Neste ritmo, cerca de { $about } até o fim.
usage-quota = Cota: { $n } por mês.
usage-by = Por
usage-by-none = Nada
usage-by-stream = Fluxo
usage-by-template = Modelo
usage-by-provider = Provedor
usage-by-tag = Etiqueta
usage-by-domain = Domínio
usage-by-key = Chave
usage-by-about = Escolha pelo que os números são separados.
usage-none = Não houve mensagens assim neste período.
usage-no-key = sem chave
usage-all-again = Mostrar de novo todas as mensagens
usage-opened-all = Abertas, por todos
usage-left-us = Descadastros
usage-shortened = Só a partir de { $from }: um período maior não pode ser separado assim.
usage-cut = Entre os primeiros { $n } pelo nome; o arquivo não tem mais.
usage-left = { $n ->
    [one] Mais { $n }, com menos mensagens, está no arquivo.
    *[other] Mais { $n }, com menos mensagens, estão no arquivo.
}
usage-why-bounced = Por que mensagens voltaram
usage-why-deferred = Por que tentativas foram adiadas
usage-why-failed = Por que mensagens falharam
usage-why-not-sent = Por que não foram enviadas
usage-keys = Por chave e mês
usage-kept = Os números ficam. As mensagens e seus eventos são guardados por { $n } dias.
usage-hygiene = Higiene das listas
usage-hygiene-about = Suprima todos os endereços deste período cujas mensagens voltaram porque eles não existem.
usage-hygiene-do = Suprimir
usage-hygiene-on = Continuar com o resto
usage-hygiene-sure = Nada será enviado a esses endereços, em nenhum fluxo, até que alguém remova a supressão.
usage-suppressed = { $n ->
    [one] { $n } endereço que não existe foi suprimido.
    *[other] { $n } endereços que não existem foram suprimidos.
}
usage-cause-recipient = A caixa não existe
usage-cause-domain = O domínio não recebe mensagens
usage-cause-inactive = Caixa encerrada
usage-cause-quota = Caixa cheia
usage-cause-greylist = Pediu para voltar depois
usage-cause-rate = Demais de uma vez
usage-cause-block-address = Não confia no nosso endereço
usage-cause-block-domain = Não confia no domínio remetente
usage-cause-content = Tomada por spam
usage-cause-attachment = Anexo recusado
usage-cause-auth = Remetente não verificado
usage-cause-policy = Regras próprias do destino
usage-cause-relay = Configuração do destino
usage-cause-too-large = Grande demais
usage-cause-protocol = Diálogo não compreendido
usage-cause-dns = O DNS não respondeu
usage-cause-network = Servidor não alcançado
usage-cause-remote = Problemas no destino
usage-cause-expired = O prazo acabou
usage-cause-unknown = Resposta de tipo desconhecido
usage-cause-previous-bounce = Voltou antes
usage-cause-previous-complaint = Reclamou antes
usage-cause-unsubscribed = Descadastrou-se
usage-cause-manual = Suprimido à mão
usage-cause-invalid = Endereço inválido
usage-cause-cancelled = Cancelada
usage-cause-content-gone = O conteúdo já não existia
usage-cause-not-verified = Domínio não verificado
usage-cause-signing = Não pôde ser assinada
usage-cause-poison = Não pôde ser processada
