# What needs somebody, told by mail.
alert-subject = { $workspace } precisa da sua atenção
alert-subject-over = { $workspace }: resolvido
alert-began = { $workspace } precisa de atenção
alert-over = Resolvido
alert-why = Você recebe isto porque responde por este espaço ou porque pediu. Desative na sua página.
alert-why-operator = Você recebe isto porque opera esta instalação. Desative na sua página.
alert-quota-near = A maior parte da cota deste mês foi usada
alert-quota-near-text = Mais de 80 % do que pode ser enviado neste mês foi aceito. Peça mais a quem opera a instalação antes que acabe.
alert-quota-used = A cota deste mês acabou
alert-quota-used-text = Com os novos e-mails acontece o que a cota diz: são recusados até o fim do mês, ou aceitos e contados. Peça mais a quem opera a instalação.
alert-webhook-text = Ficou tempo demais sem responder e não recebe mais nada. Conserte-o e retome-o.
alert-installation = Postrider em { $host }
alert-domain-text = Os registros deste domínio que antes eram encontrados faltam agora, ou são outros. As caixas de correio não confiam mais no e-mail com o nome dele: publique-os de novo.
alert-disk-text = O disco da instalação está quase cheio. Quando a reserva for atingida, nenhum e-mail será aceito: libere espaço.
