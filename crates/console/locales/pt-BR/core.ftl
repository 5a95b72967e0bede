# Words that every page may need.
skip-to-content = Ir para o conteúdo
language = Idioma
theme = Cores
theme-system = Como o sistema
theme-light = Claro
theme-dark = Escuro
copy = Copiar
save = Salvar
pages = Páginas
page-before = Mais recentes
page-after = Mais antigos
view-as-table = Ver como tabela
form-mistakes = Falta algo ou há um erro. Veja os campos marcados.
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
chosen-more = Pode haver mais do que estes { $n }: uma ação abrange essa quantidade, e o resto fica como está.
chosen-others = { $n ->
    [one] e mais um
   *[other] e mais { $n }
}
chosen-typed = Digite { $n } para remover o que é citado aqui
chosen-mistake-typed = Este não é o número de linhas.
chosen-done = Feito: { $n }.
chosen-done-of = Feito: { $n } de { $of }. Os outros mudaram desde que foram citados, ou não podem ser alterados assim.
chosen-done-grew = Feito: { $n }, e não { $of }: chegaram mais desde que foram contados.
chosen-done-more = Pode haver mais que correspondam.
