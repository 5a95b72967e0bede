# Layouts, trechos e temas.
parts = Layouts e partes
parts-about = O que os seus modelos compartilham. O que você mudar aqui estará no que publicar em seguida; o que está no ar fica como está.
parts-empty-title = Ainda não há layouts nem partes
parts-empty-text = Coloque a moldura do e-mail em um layout, o que se repete em um trecho, cores e fontes em um tema.
part-kind = Tipo
part-layout = Layout
part-layout-about = A moldura de um modelo. O modelo começa com { $how } e preenche os blocos dela.
part-partial = Trecho
part-partial-about = Um pedaço que os modelos incluem: { $how }
part-theme = Tema
part-theme-about = Cores, fontes e logotipo. Um modelo o escolhe nas configurações: { $how }
part-name = Nome
part-name-hint = Os modelos o pedem por este nome: letras, números, pontos, hifens e sublinhados.
part-new = Novo layout ou parte
part-make = Criar
part-used = Usado por
part-used-by = { $n ->
    [one] { $n } modelo ou parte
    *[other] { $n } modelos e partes
}
part-used-nobody = Nada ainda
part-used-unknown = Não se sabe: há modelos demais para verificar
part-changed = Alterado
part-body = Conteúdo
part-json = Tema (JSON)
part-sample = Mostrado com texto de exemplo no lugar do que um modelo diria.
part-sample-text = Aqui fica o que um modelo diz. Pode ser longo ou curto; a moldura não muda.
part-starter-text = Escreva aqui o que os seus modelos compartilham.
part-seen = Pode ser usado
part-seen-about = Os modelos que o usam podem ser publicados.
part-publish-next = O que está no ar não muda. Os modelos que o usam mostrarão isto quando forem publicados de novo.
part-remove-about = Ele é excluído de vez. O que foi publicado com ele fica como está.
part-remove-sure = Excluir
part-remove-used = Não pode ser excluído enquanto algo o usa. Tire-o de lá primeiro.
part-mistake-name = Um nome tem de 1 a 64 letras, números, pontos, hifens e sublinhados.
part-mistake-taken = Já existe um deste tipo com o nome { $name }.
part-mistake-full = Um espaço tem no máximo { $n } layouts, trechos e temas.
part-mistake-long = Passa de { $size }.
part-mistake-theme = Um tema é um objeto JSON.
part-mistake-used = O nome não pode mudar enquanto algo o usa.
part-told-saved = Salvo.
part-told-made = Está pronto, e os modelos podem usá-lo.
part-told-removed = Foi excluído.
part-told-used = Não foi excluído: algo o usa.
