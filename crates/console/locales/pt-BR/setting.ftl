# Settings of a workspace.
settings = Configurações
settings-saved = Salvo.
settings-general = Geral
settings-name = Em endereços e configurações, é sempre
settings-elsewhere = Definido em outro lugar
settings-streams = O que é medido, por tipo de e-mail.
settings-domains = Os domínios de que você envia e o host dos links.
settings-keys = Quais programas podem enviar e-mails.
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
settings-content = O conteúdo dos e-mails é guardado por
settings-events = O que aconteceu com eles é guardado por
settings-addresses = Endereços de rede de leitores são guardados por
settings-tracking = Links passam por
settings-files = Arquivos de um espaço ocupam no máximo
settings-files-kept = Arquivos carregados são guardados por
settings-days = { $n ->
    [one] { $n } dia
    *[other] { $n } dias
}
settings-sender = Nome do remetente
settings-sender-hint = Convites e outros e-mails escritos em nome deste espaço saem com este nome, e os testes o sugerem. Se ficar vazio, é { $name }.
settings-sender-mistake = Um nome de remetente é uma linha de até 60 caracteres, sem < > @ " \ nem caracteres invisíveis.
settings-logo = Logotipo
settings-logo-about = Aparece ao lado do nome: no seletor, nos links de suporte, na página de descadastro, nos convites
settings-logo-file = Arquivo de imagem
settings-logo-hint = PNG, JPEG, GIF ou WebP; quase quadrado, de 32 a 1.024 pixels por lado, no máximo 256 kB.
settings-logo-set = Usar como logotipo
settings-logo-remove = Remover o logotipo
settings-logo-large = Um logotipo tem no máximo 256 kB. Reduza-o e tente de novo.
settings-logo-shape = Um logotipo tem de 32 a 1.024 pixels por lado, e nenhum lado passa do dobro do outro.
