# Suppressions: who may not be mailed.
suppressions = Supressões
suppressions-about = A estes endereços não se envia o tipo de e-mail indicado em cada linha, seja quem for que peça.
suppressions-empty-title = Ninguém está na lista
suppressions-empty-text = Endereços que não existem, que reclamam ou que se descadastram vêm para cá sozinhos.
suppressions-none-title = Nada encontrado
suppressions-none-text = Nenhum endereço da lista é exatamente este, por este motivo.
suppression-address = Endereço
suppression-search = Endereço completo
suppression-find = Buscar
suppression-all = Ver todas
suppression-reason = Motivo
suppression-reason-any = todos os motivos
suppression-bounce = Devolução
suppression-complaint = Reclamação
suppression-unsubscribed = Descadastro
suppression-manual = Adicionado manualmente
suppression-scope = Para
suppression-scope-workspace = todos os e-mails
suppression-scope-marketing = todo o marketing
suppression-scope-stream = o fluxo { $name }
suppression-evidence = O que foi respondido
suppression-since = Desde
suppression-add-title = Suprimir endereços
suppression-emails = Endereços
suppression-emails-hint = Até 1.000, separados por espaços, vírgulas ou quebras de linha.
suppression-add = Suprimir
suppression-mistake-none = Escreva pelo menos um endereço.
suppression-mistake-many = São mais de 1.000 endereços. Nenhum foi adicionado.
suppression-mistake-address = { $text } não é um endereço de e-mail. Nenhum foi adicionado.
suppression-lift = Remover
suppression-lift-about = E-mails para { $address } poderão sair de novo. Se ele não existia ou não queria seus e-mails, enviar de novo prejudica sua reputação.
suppression-lift-sure = Remover a supressão
suppression-lift-these = Remover estas
suppression-lift-title = { $n ->
    [one] Remover { $n } supressão?
   *[other] Remover { $n } supressões?
}
suppression-lift-many = { $n ->
    [one] Os e-mails para { $n } endereço poderão sair de novo. Enviar a quem não os queria, ou não existe, prejudica sua reputação.
    *[other] Os e-mails para { $n } endereços poderão sair de novo. Enviar a quem não os queria, ou não existe, prejudica sua reputação.
}
