# The capture mailbox.
capture = Caixa de captura
capture-about = E-mails que ficaram aqui em vez de sair: gerados, assinados, completos.
capture-search = Destinatário ou assunto
capture-find = Buscar
capture-all = Mostrar tudo
capture-at = Hora
capture-to = Destinatário
capture-look = Ver
capture-source = Baixar como seria transmitido
capture-nothing-title = Nada capturado
capture-nothing-text = E-mails que uma rota captura aparecem aqui em instantes.
capture-off-text = Nenhuma rota desta instalação captura e-mails: o que você envia sai. Para guardá-los aqui, defina delivery.next_hop como capture em postrider.toml, ou inicie com postrider dev.
capture-none-title = Nada encontrado
capture-none-text = Nenhum e-mail capturado tem isto no destinatário ou no assunto.
capture-empty = Esvaziar a caixa
capture-empty-about = Todos os e-mails capturados deste espaço são apagados. O registro deles na Atividade permanece.
capture-empty-sure = Apagar tudo
capture-emptied = { $n ->
    [one] { $n } mensagem capturada foi apagada.
    *[other] { $n } mensagens capturadas foram apagadas.
}
