# Settings of a workspace.
settings = Configurações
settings-saved = Salvo.
settings-general = Geral
settings-name = Em endereços e configurações, é sempre
settings-elsewhere = Definido em outro lugar
settings-streams = O que é medido, por tipo de e-mail.
settings-domains = Os nomes com que você envia e o servidor dos links.
settings-keys = Quem pode entregar e-mails.
settings-fixed = Igual para todos os espaços
settings-fixed-about = Definido pelo operador em postrider.toml
settings-what = O quê
settings-value = Valor
settings-file = Nome da configuração
settings-next-hop = Para onde os e-mails vão
settings-transactional = E-mails transacionais são tentados por
settings-marketing = E-mails de marketing são tentados por
settings-message-max = Uma mensagem tem no máximo
settings-recipients = Destinatários de uma mensagem no máximo
settings-content = O que o e-mail diz é guardado por
settings-events = O que aconteceu com ele é guardado por
settings-addresses = Endereços de rede de leitores são guardados por
settings-tracking = Links passam por
settings-files = Arquivos de um espaço ocupam no máximo
settings-files-kept = Arquivos enviados são guardados por
settings-days = { $n ->
    [one] { $n } dia
    *[other] { $n } dias
}
