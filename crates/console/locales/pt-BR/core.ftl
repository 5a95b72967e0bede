# Words that every page may need.
skip-to-content = Ir para o conteúdo
language = Idioma
theme = Cores
theme-system = Igual ao sistema
theme-light = Claro
theme-dark = Escuro
copy = Copiar
save = Salvar
pages = Páginas
page-before = Mais recentes
page-after = Mais antigos
view-as-table = Ver como tabela
form-mistakes = Falta algo ou há um erro. Confira os campos marcados.
messages = { $n ->
    [one] { $n } mensagem
    *[other] { $n } mensagens
}
time-just-now = agora mesmo
time-minutes-ago = { $n ->
    [one] há { $n } minuto
    *[other] há { $n } minutos
}
time-hours-ago = { $n ->
    [one] há { $n } hora
    *[other] há { $n } horas
}
time-days-ago = { $n ->
    [one] há { $n } dia
    *[other] há { $n } dias
}
go-back = Voltar
chosen-row = Escolher { $name }
chosen-page = Tudo nesta página
chosen-all = Tudo o que corresponde, em todas as páginas
chosen-count = Escolhidos: { $n }
chosen-none-title = Nada foi escolhido
chosen-none-text = Nada do que foi escolhido pode ser mudado assim. Volte e escolha linhas, ou tudo o que corresponde.
chosen-more = Pode haver mais de { $n }: cada ação abrange no máximo essa quantidade, e o resto fica como está.
chosen-others = { $n ->
    [one] e mais um
   *[other] e mais { $n }
}
chosen-typed = Digite { $n } para remover o que é mostrado aqui
chosen-mistake-typed = Não é essa a quantidade de itens.
chosen-done = Feito: { $n }.
chosen-done-of = Feito: { $n } de { $of }. Os outros mudaram depois de mostrados aqui, ou não podem ser alterados assim.
chosen-done-grew = Feito: { $n }, e não { $of }: chegaram mais desde que foram contados.
chosen-done-more = Pode haver mais itens que correspondam.
chosen-done-part = Feito: { $n } de { $of }.
