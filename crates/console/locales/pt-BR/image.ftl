# Imagens que o e-mail mostra.
image = Imagem
images = Imagens
images-about = Imagens para os seus modelos, cada uma em um endereço que nunca muda.
images-empty-title = Ainda não há imagens
images-empty-text = Carregue um logotipo, um banner ou uma foto e coloque o endereço nos seus modelos.
images-all = Todas as imagens
image-add = Carregar uma imagem
image-file = Arquivo de imagem
image-upload = Carregar
image-limits = PNG, JPEG, GIF ou WebP; no máximo { $size } e { $pixels } pixels
image-url = Endereço
image-used = Usada por
image-used-by = { $n ->
    [one] { $n } modelo ou parte
    *[other] { $n } modelos e partes
}
image-used-nobody = Nenhum modelo
image-used-unknown = Não se sabe: há modelos demais para verificar
image-used-logo = O logotipo do espaço
image-added = Adicionada
image-remove = Excluir
image-remove-about = Nenhum modelo a mostra. E-mails já enviados com ela mostrarão um vazio no lugar. Isso não pode ser desfeito.
image-remove-used = { $n ->
    [one] { $n } modelo ou parte a mostra e passará a mostrar um vazio no lugar, assim como os e-mails já enviados. Isso não pode ser desfeito.
    *[other] { $n } modelos e partes a mostram e passarão a mostrar um vazio no lugar, assim como os e-mails já enviados. Isso não pode ser desfeito.
}
image-remove-sure = Excluir esta imagem
image-inserted = { $name } está no modelo.
image-insert = Inserir uma imagem
image-insert-about = Escolha uma, ou solte um arquivo aqui ou sobre o texto.
image-mistake-none = Escolha um arquivo primeiro.
image-mistake-kind = Isto não é uma imagem PNG, JPEG, GIF ou WebP. SVG não é aceito: os clientes de e-mail não o mostram.
image-mistake-large = A imagem passa de { $size }: os leitores teriam que esperar por ela. Reduza-a e tente de novo.
image-mistake-pixels = A imagem tem mais de { $n } pixels: a memória dos celulares não dá conta dela. Reduza-a e tente de novo.
image-mistake-full = Não há mais lugar: um espaço tem no máximo { $n } imagens e 256 MB no total. Exclua as que nenhum modelo mostra.
image-told-added = A imagem foi carregada. O endereço pode ser copiado aqui.
image-told-same = Esta imagem já estava aqui: ela mantém o endereço.
image-told-removed = A imagem foi excluída.
image-close = Fechar
