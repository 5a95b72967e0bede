# What needs somebody, told by mail.
alert-subject = { $workspace } precisa da sua atenção
alert-subject-over = { $workspace }: resolvido
alert-began = { $workspace } precisa de atenção
alert-over = Resolvido
alert-why = Você recebe isto porque é responsável por este espaço ou porque pediu. Você pode desativar na página da sua conta.
alert-why-operator = Você recebe isto porque opera esta instalação. Você pode desativar na página da sua conta.
alert-quota-near = A maior parte da cota deste mês foi usada
alert-quota-near-text = Mais de 80% do que pode ser enviado neste mês já foi aceito. Peça mais a quem administra a instalação antes que acabe.
alert-quota-used = A cota deste mês acabou
alert-quota-used-text = Com os novos e-mails acontece o que a cota diz: são recusados até o fim do mês, ou aceitos e contados. Peça mais a quem administra a instalação.
alert-webhook-text = Ficou tempo demais sem responder e não é mais notificado de nada. Conserte-o e retome-o.
alert-installation = Postrider em { $host }
alert-domain-text = Os registros deste domínio que antes eram encontrados agora faltam ou são diferentes. Os provedores de e-mail não confiam mais nos e-mails com o nome dele: publique-os de novo.
alert-disk-text = O disco da instalação está quase cheio. Quando a reserva for atingida, nenhum e-mail será aceito: libere espaço.
