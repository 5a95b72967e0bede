# O que diz uma página ao vivo.
live = Ao vivo
live-new = { $n } nova
live-new-many = { $n } novas
live-pause = Pausar
live-more = { $n ->
    [one] e mais { $n } mensagem
    *[other] e mais { $n } mensagens
}
live-many-more = e muitas mais
live-full = A visão ao vivo já está aberta no máximo de abas. Feche uma e recarregue esta página.
live-over = Sua sessão terminou. Recarregue a página para entrar.
