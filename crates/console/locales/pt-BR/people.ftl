# Membros de um espaço, seus papéis e os convites.
users = Usuários e papéis
users-about = Quem trabalha neste espaço e o que cada pessoa pode fazer.
members = Membros
member = Membro
member-own = (você)
member-role = Papel
member-role-of = Papel de { $name }
member-role-set = Mudar o papel
member-change = Alterar
member-change-of = Alterar { $name }
member-remove = Remover deste espaço
member-remove-about = { $name } não verá mais nada deste espaço. A conta continua existindo.
member-last-owner = Nada mudou: um espaço precisa de um proprietário, ou outra pessoa fez uma mudança no mesmo instante.
member-above = Só um proprietário pode fazer isso.
member-never = não recentemente
invite-title = Convidar alguém
invite = Convidar
invite-language = Idioma do e-mail
invite-mistake-member = Esta pessoa já é membro.
invite-mistake-many = Há 100 convites pendentes. Revogue alguns antes.
invite-mistake-role = Escolha um papel que não esteja acima do seu.
invited-title = { $email } recebeu um convite
invited-by-mail = Um e-mail com o link está a caminho.
invited-not-by-mail = Nenhum e-mail foi enviado, porque nenhum domínio deste espaço pode enviar ainda: envie o link por conta própria.
invited-link = O link é mostrado só agora. Ele funciona uma única vez, por sete dias.
invitation = Convite
invitation-email = Pessoa convidada
invitation-from = Por
invitation-until = Válido até
invitation-ended = expirou
invitation-revoke = Revogar
invitation-revoke-about = O link que { $email } tem deixará de funcionar.
invitation-revoke-sure = Revogar este convite
invitation-to = Entre em { $workspace }
invitation-by = { $name } convidou você. Seu papel: { $role }.
invitation-make = Criar minha conta e entrar
invitation-join = Entrar no espaço
invitation-known = Já existe uma conta com o endereço { $email }. Entre com ela para aceitar.
invitation-other = Este convite é para { $email }, e você entrou como { $own }. Saia e abra o link de novo.
invitation-over = Este convite não vale mais
invitation-over-text = Ele foi usado, foi revogado ou tem mais de sete dias. Peça um novo.
invitation-mail-subject = { $name } convidou você para { $workspace }
invitation-mail-intro = { $name } convidou você para { $workspace }.
invitation-mail-role = Seu papel: { $role }.
invitation-mail-accept = Aceitar o convite
invitation-mail-link = Ou abra este endereço no navegador:
invitation-mail-expires = { $n ->
    [one] O link funciona uma única vez, por { $n } dia.
    [many] O link funciona uma única vez, por { $n } de dias.
    *[other] O link funciona uma única vez, por { $n } dias.
}
invitation-mail-ignore = Se você não sabe de quem se trata, ignore este e-mail.
roles = Quem pode o quê
roles-about = A mesma tabela decide em toda parte
roles-what = Permissão
roles-yes = sim
roles-no = não
may-see-figures = Ver números e a lista de e-mails sem o conteúdo
may-see-content = Ver o que um e-mail diz
may-send-mail = Enviar e-mails e enviá-los de novo
may-steer-queue = Reter, liberar, tentar de novo e cancelar o que espera
may-see-suppressions = Ver quem não pode receber e-mails
may-change-suppressions = Decidir quem não pode receber e-mails
may-see-templates = Ver modelos
may-change-templates = Escrever e publicar modelos
may-see-domains = Ver domínios e fluxos
may-change-domains = Adicionar, alterar e remover domínios e fluxos
may-steer-webhooks = Ver e alterar webhooks e notificar eventos de novo
may-steer-keys = Ver, criar e revogar chaves de API
may-steer-people = Ver e convidar pessoas e mudar seus papéis
may-see-audit = Ver quem mudou o quê
may-empty-capture = Esvaziar a caixa de captura
may-change-workspace = Alterar as configurações do espaço
may-lift-complaints = Deixar que recebam de novo quem reclamou ou se descadastrou
invitations-revoke = Revogar
invitations-revoke-title = { $n ->
    [one] Revogar { $n } convite?
   *[other] Revogar { $n } convites?
}
invitations-revoke-text = { $n ->
    [one] { $n } link enviado deixará de funcionar.
    *[other] { $n } links enviados deixarão de funcionar.
}
require = Exigir de todos
require-no-more = Deixar de exigir
require-on = Neste espaço, todos precisam usar a verificação em duas etapas ou uma chave de acesso.
require-off = Cada membro decide por si. Se for exigida, quem não tiver um aplicativo autenticador nem uma chave de acesso terá que configurar um dos dois antes de ver qualquer coisa deste espaço.
may-require-second-factor = Exigir de todos a verificação em duas etapas
members-role = Dar este papel
members-role-title = { $n ->
    [one] Dar outro papel a { $n } membro?
   *[other] Dar outro papel a { $n } membros?
}
members-role-text = { $n ->
    [one] Vale na hora, e os convites pendentes deste membro perdem a validade. O último proprietário continua sendo.
   *[other] Vale na hora, e os convites pendentes destes { $n } membros perdem a validade. O último proprietário continua sendo.
}
members-remove = Remover
members-remove-title = { $n ->
    [one] Remover { $n } membro?
   *[other] Remover { $n } membros?
}
members-remove-text = { $n ->
    [one] Este membro não pode mais abrir o espaço, e seus convites pendentes perdem a validade.
   *[other] Estes { $n } membros não podem mais abrir o espaço, e seus convites pendentes perdem a validade. O último proprietário fica.
}
